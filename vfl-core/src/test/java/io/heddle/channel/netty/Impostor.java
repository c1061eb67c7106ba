// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/** For tests: someone at a party's address who trusts everybody, and dials as well. */
final class Impostor implements AutoCloseable {
  private static final byte[] GREETING = "220 mail ready\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int ALERT = 21;
  private static final int HANDSHAKE = 22;

  private final Shown shown;
  private final ServerSocket listener;
  private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();
  private final Thread acceptor;

  /**
   * What it shows.
   *
   * @param key none for a party without a certificate
   * @param tls its version; empty for no TLS at all
   * @param alpn the application protocol; empty for none
   */
  record Shown(@Nullable PrivateKey key, List<X509Certificate> chain, String tls, String alpn) {}

  /**
   * How one connection ended.
   *
   * @param bytes of the application that came in
   * @param told the failure's own words, or {@code closed}
   * @param broken whether the connection broke before what ended it could be read: this side may
   *     still be writing when it is refused
   */
  record Outcome(long bytes, String told, boolean broken) {}

  Impostor(Shown shown) throws IOException {
    this.shown = shown;
    listener = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    acceptor = new Thread(this::accept, "impostor");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  int port() {
    return listener.getLocalPort();
  }

  Outcome dial(int port) throws IOException, GeneralSecurityException {
    return talk(new Socket(InetAddress.getLoopbackAddress(), port), true);
  }

  /** How many connections that were accepted have ended. */
  int ended() {
    return outcomes.size();
  }

  /** How every connection that was accepted ended; takes no more of them. */
  List<Outcome> accepted() throws IOException, InterruptedException {
    listener.close();
    acceptor.join(10_000);
    return List.copyOf(outcomes);
  }

  private void accept() {
    while (true) {
      try {
        outcomes.add(talk(listener.accept(), false));
      } catch (IOException e) {
        return;
      } catch (GeneralSecurityException e) {
        throw new AssertionError(e);
      }
    }
  }

  private Outcome talk(Socket connection, boolean dialled)
      throws IOException, GeneralSecurityException {
    try (connection) {
      connection.setSoTimeout(10_000);
      return shown.tls().isEmpty() ? plainly(connection) : overTls(connection, dialled);
    }
  }

  private Outcome overTls(Socket connection, boolean dialled)
      throws IOException, GeneralSecurityException {
    SSLSocket socket =
        (SSLSocket)
            RawPeer.context(shown.key(), shown.chain())
                .getSocketFactory()
                .createSocket(connection, NettyNetwork.HOST, connection.getPort(), true);
    socket.setUseClientMode(dialled);
    socket.setNeedClientAuth(!dialled);
    long bytes = 0;
    try (RawPeer peer = RawPeer.handshake(socket, shown.tls(), shown.alpn())) {
      // In TLS 1.3 a dialler that is refused believes that all went well, until it reads.
      while (peer.read() >= 0) {
        bytes++;
      }
      return new Outcome(bytes, "closed", false);
    } catch (IOException e) {
      return new Outcome(bytes, String.valueOf(e.getMessage()), isBroken(e));
    }
  }

  private static boolean isBroken(IOException failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof SocketException) {
        return true;
      }
    }
    return false;
  }

  /** Of TLS itself, which the other side speaks, hellos and alerts count for nothing. */
  private static Outcome plainly(Socket connection) {
    long bytes = 0;
    try {
      connection.getOutputStream().write(GREETING);
      InputStream in = connection.getInputStream();
      for (byte[] head = in.readNBytes(5); head.length == 5; head = in.readNBytes(5)) {
        int length = (head[3] & 0xff) << 8 | (head[4] & 0xff);
        bytes += head[0] == ALERT || head[0] == HANDSHAKE ? 0 : length;
        in.readNBytes(length);
      }
    } catch (IOException e) {
      // Reset, which is as good as closed.
    }
    return new Outcome(bytes, "closed", false);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
