// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import java.io.DataInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** For tests: a TLS socket that trusts everybody and says what it is told to. */
public final class RawPeer implements AutoCloseable {
  private final SSLSocket socket;

  private RawPeer(SSLSocket socket) {
    this.socket = socket;
  }

  private static final class TrustAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /**
   * Connects, and shakes hands if the other side does.
   *
   * @param identity shown to the other side; none if null
   * @param protocol the version of TLS
   * @param alpn the application protocol; none if empty
   */
  static RawPeer dial(int port, @Nullable TestIdentity identity, String protocol, String alpn)
      throws IOException, GeneralSecurityException {
    PrivateKey key = identity == null ? null : identity.key();
    List<X509Certificate> chain = identity == null ? List.of() : List.of(identity.certificate());
    return handshake(
        (SSLSocket) context(key, chain).getSocketFactory().createSocket(NettyNetwork.HOST, port),
        protocol,
        alpn);
  }

  /** What shows this chain, or none, and trusts everybody. */
  public static SSLContext context(@Nullable PrivateKey key, List<X509Certificate> chain)
      throws IOException, GeneralSecurityException {
    KeyManager[] keys = new KeyManager[0];
    if (key != null) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      store.setKeyEntry("own", key, new char[0], chain.toArray(new Certificate[0]));
      KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
      factory.init(store, new char[0]);
      keys = factory.getKeyManagers();
    }
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys, new TrustManager[] {new TrustAll()}, new SecureRandom());
    return context;
  }

  /** Shakes hands on a connection; closes it if that fails. */
  public static RawPeer handshake(SSLSocket socket, String protocol, String alpn)
      throws IOException {
    socket.setSoTimeout(10_000);
    SSLParameters parameters = socket.getSSLParameters();
    parameters.setProtocols(new String[] {protocol});
    if (!alpn.isEmpty()) {
      parameters.setApplicationProtocols(new String[] {alpn});
    }
    socket.setSSLParameters(parameters);
    RawPeer peer = new RawPeer(socket);
    try {
      socket.startHandshake();
    } catch (IOException e) {
      peer.close();
      throw e;
    }
    return peer;
  }

  /** One frame, from its kind on. */
  byte[] readFrame() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    return in.readNBytes(in.readInt());
  }

  /** The next byte, or -1 at the end. */
  public int read() throws IOException {
    return socket.getInputStream().read();
  }

  public void write(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    socket.getOutputStream().flush();
  }

  /** Reads the welcome and hails, so that the link is in use; the run is all zeros. */
  void letIn() throws IOException {
    byte[] welcome = readFrame();
    if (welcome[0] != 1) {
      throw new IOException("No welcome but a frame of kind " + welcome[0]);
    }
    byte[] hail = new byte[4 + 37];
    hail[3] = 37;
    hail[4] = 8;
    write(hail);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
