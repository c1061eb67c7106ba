// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import io.heddle.config.PartyConfig;
import io.heddle.doctor.Check.Subject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The way to a peer's address, below TLS. */
final class Way {
  private final PartyConfig.Peer peer;

  Way(PartyConfig.Peer peer) {
    this.peer = peer;
  }

  Check resolve() {
    try {
      List<String> addresses =
          Arrays.stream(InetAddress.getAllByName(peer.host()))
              .map(InetAddress::getHostAddress)
              .toList();
      return Check.ok(Subject.DNS, peer.host() + " is " + String.join(", ", addresses))
          .with("addresses", addresses);
    } catch (UnknownHostException e) {
      return Check.failed(
          Subject.DNS,
          "the name " + peer.host() + " is not known here",
          "correct the peer's address with `heddle peer add`, or the name service of this machine");
    }
  }

  /** One attempt to connect; closes the connection again. */
  Check connect(Duration patience) {
    long begun = System.nanoTime();
    try (Socket socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(peer.host(), peer.port()), Math.toIntExact(patience.toMillis()));
      long micros = (System.nanoTime() - begun) / 1000;
      String millis = String.format(Locale.ROOT, "%.1f", micros / 1000.0);
      return Check.ok(Subject.TCP, "connects to " + peer.address() + " within " + millis + " ms")
          .with("outcome", "connected")
          .with("millis", micros / 1000.0);
    } catch (SocketTimeoutException e) {
      return Check.failed(
              Subject.TCP,
              "nothing answers at " + peer.address() + " within " + patience.toSeconds() + " s",
              "have the firewalls on both sides let this machine through to that port; one of them"
                  + " drops what is sent, or the machine is off")
          .with("outcome", "timeout");
    } catch (ConnectException e) {
      boolean refused = String.valueOf(e.getMessage()).contains("refused");
      return refused ? refused() : unreachable(e);
    } catch (IOException e) {
      return unreachable(e);
    }
  }

  private Check refused() {
    return Check.failed(
            Subject.TCP,
            peer.address() + " refuses connections: the machine is there, and nothing listens",
            "run `heddle doctor` at the peer now; if it runs, correct the port in the address or in"
                + " what passes it on")
        .with("outcome", "refused");
  }

  private Check unreachable(IOException why) {
    return Check.failed(
            Subject.TCP,
            peer.address() + " is filtered or has no way to it: " + why.getMessage(),
            "have the network on the way, or its firewall that answers so, let this machine through"
                + " to that port")
        .with("outcome", "filtered");
  }
}
