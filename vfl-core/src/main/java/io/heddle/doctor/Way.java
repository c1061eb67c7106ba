// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import io.heddle.config.Address;
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
import org.jspecify.annotations.Nullable;

/**
 * The first stretch of the way to a peer, below TLS: to its address, or to the proxy that looks it
 * up.
 */
final class Way {
  private final String host;
  private final int port;
  private final String address;
  private final String configured;

  private Way(String host, int port, String address, String configured) {
    this.host = host;
    this.port = port;
    this.address = address;
    this.configured = configured;
  }

  static Way to(PartyConfig.Peer peer, PartyConfig.@Nullable Proxy proxy) {
    if (proxy != null && peer.throughProxy()) {
      String address = "the proxy " + proxy.address();
      return new Way(proxy.host(), proxy.port(), address, "proxy.address in this party's file");
    }
    Address address = peer.address();
    if (address == null) {
      throw new IllegalArgumentException("Nobody dials a peer without an address");
    }
    return new Way(
        address.host(),
        address.port(),
        address.toString(),
        "the peer's address with `heddle peer add`");
  }

  Check resolve() {
    try {
      List<String> addresses =
          Arrays.stream(InetAddress.getAllByName(host)).map(InetAddress::getHostAddress).toList();
      return Check.ok(Subject.DNS, host + " is " + String.join(", ", addresses))
          .with("addresses", addresses);
    } catch (UnknownHostException e) {
      return Check.failed(
          Subject.DNS,
          "the name " + host + " is not known here",
          "correct " + configured + ", or the name service of this machine");
    }
  }

  /** One attempt to connect; closes the connection again. */
  Check connect(Duration patience) {
    long begun = System.nanoTime();
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), Math.toIntExact(patience.toMillis()));
      long micros = (System.nanoTime() - begun) / 1000;
      String millis = String.format(Locale.ROOT, "%.1f", micros / 1000.0);
      return Check.ok(Subject.TCP, "connects to " + address + " within " + millis + " ms")
          .with("outcome", "connected")
          .with("millis", micros / 1000.0);
    } catch (SocketTimeoutException e) {
      return Check.failed(
              Subject.TCP,
              "nothing answers at " + address + " within " + patience.toSeconds() + " s",
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
            address + " refuses connections: the machine is there, and nothing listens",
            "run `heddle doctor` at the peer now; if it runs, correct the port in the address or in"
                + " what passes it on")
        .with("outcome", "refused");
  }

  private Check unreachable(IOException why) {
    return Check.failed(
            Subject.TCP,
            address + " is filtered or has no way to it: " + why.getMessage(),
            "have the network on the way, or its firewall that answers so, let this machine through"
                + " to that port")
        .with("outcome", "filtered");
  }
}
