// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * For tests: a company's gateway on loopback, HTTP CONNECT or SOCKS5. To it every name is this
 * machine.
 */
public final class TestProxy implements AutoCloseable {
  private static final int TICK_MILLIS = 50;

  private final Proxy.Kind kind;
  private final ServerSocket listener;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final AtomicInteger accepted = new AtomicInteger();
  private final AtomicInteger dropped = new AtomicInteger();
  private volatile String credentials = "";
  private volatile byte @Nullable [] answer;
  private volatile boolean silent;
  private volatile long idleNanos = Long.MAX_VALUE;

  public TestProxy(Proxy.Kind kind) throws IOException {
    this.kind = kind;
    listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 20);
    thread(this::accept);
  }

  /** What a party that dials through it is told. */
  public Proxy address(@Nullable String user, @Nullable String password) {
    return new Proxy(kind, NettyNetwork.HOST, listener.getLocalPort(), user, password);
  }

  /** For a proxy that asks for no user. */
  public Route route() {
    return new Route(address(null, null), false);
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Lets through only who shows these. */
  TestProxy asksFor(String user, String password) {
    credentials = user + ":" + password;
    return this;
  }

  /** Answers whatever is asked with these bytes, and closes. */
  TestProxy answers(byte... bytes) {
    answer = bytes;
    return this;
  }

  /** Takes connections and never says a word. */
  TestProxy isSilent() {
    silent = true;
    return this;
  }

  /** Forgets a connection on which nothing has crossed for so long. */
  TestProxy dropsAfter(Duration idle) {
    idleNanos = idle.toNanos();
    return this;
  }

  /** {@code host:port} of every connection that was asked for. */
  List<String> asked() {
    return asked;
  }

  int accepted() {
    return accepted.get();
  }

  /** How many connections were forgotten. */
  int dropped() {
    return dropped.get();
  }

  /** Ends every connection at once. */
  void cut() throws IOException {
    for (Socket socket : sockets) {
      if (!socket.isClosed()) {
        socket.setSoLinger(true, 0);
        socket.close();
      }
    }
  }

  @FunctionalInterface
  private interface Action {
    void run() throws IOException, InterruptedException;
  }

  private static void thread(Action action) {
    Thread thread =
        new Thread(
            () -> {
              try {
                action.run();
              } catch (IOException | InterruptedException e) {
                // The connection has ended; that is all there is to do.
              }
            },
            "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket near = listener.accept();
      accepted.incrementAndGet();
      sockets.add(near);
      thread(() -> serve(near));
    }
  }

  private void serve(Socket near) throws IOException, InterruptedException {
    try (near) {
      if (silent) {
        ended.await();
      }
      byte[] fixed = answer;
      if (fixed != null) {
        // Something must have been asked, or the answer comes before the question.
        int first = near.getInputStream().read();
        if (first >= 0) {
          near.getOutputStream().write(fixed);
          near.shutdownOutput();
          near.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
        return;
      }
      int target = kind == Proxy.Kind.HTTP ? connect(near) : socks(near);
      if (target == 0) {
        return;
      }
      try (Socket far = new Socket(InetAddress.getLoopbackAddress(), target)) {
        sockets.add(far);
        near.getOutputStream().write(granted());
        AtomicLong last = new AtomicLong(System.nanoTime());
        thread(() -> copy(far, near, last));
        copy(near, far, last);
      }
    }
  }

  private byte[] granted() {
    return kind == Proxy.Kind.HTTP
        ? "HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n".getBytes(ISO_8859_1)
        : new byte[] {5, 0, 0, 1, 0, 0, 0, 0, 0, 0};
  }

  /** The port that is asked for; 0 if it is not allowed. */
  private int connect(Socket near) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = near.getInputStream().read();
      if (next < 0) {
        return 0;
      }
      head.append((char) next);
    }
    String[] lines = head.toString().split("\r\n", -1);
    String target = lines[0].split(" ", -1)[1];
    asked.add(target);
    String basic = Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
    if (!credentials.isEmpty()
        && List.of(lines).stream()
            .noneMatch(line -> line.equalsIgnoreCase("proxy-authorization: Basic " + basic))) {
      near.getOutputStream()
          .write("HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
      return 0;
    }
    return Integer.parseInt(target.substring(target.lastIndexOf(':') + 1));
  }

  private int socks(Socket near) throws IOException {
    DataInputStream in = new DataInputStream(near.getInputStream());
    OutputStream out = near.getOutputStream();
    in.readByte();
    byte[] methods = in.readNBytes(in.readUnsignedByte());
    int wanted = credentials.isEmpty() ? 0 : 2;
    boolean offered = false;
    for (byte method : methods) {
      offered |= method == wanted;
    }
    out.write(new byte[] {5, (byte) (offered ? wanted : 0xff)});
    if (!offered) {
      return 0;
    }
    if (wanted == 2) {
      in.readByte();
      String user = new String(in.readNBytes(in.readUnsignedByte()), UTF_8);
      String password = new String(in.readNBytes(in.readUnsignedByte()), UTF_8);
      boolean right = (user + ":" + password).equals(credentials);
      out.write(new byte[] {1, (byte) (right ? 0 : 1)});
      if (!right) {
        return 0;
      }
    }
    in.readNBytes(3);
    String host =
        in.readByte() == 3
            ? new String(in.readNBytes(in.readUnsignedByte()), ISO_8859_1)
            : InetAddress.getByAddress(in.readNBytes(4)).getHostAddress();
    int port = in.readUnsignedShort();
    asked.add(host + ":" + port);
    return port;
  }

  private void copy(Socket from, Socket to, AtomicLong last) throws IOException {
    try (from;
        to) {
      from.setSoTimeout(TICK_MILLIS);
      InputStream in = from.getInputStream();
      byte[] buffer = new byte[1 << 16];
      while (true) {
        int count;
        try {
          count = in.read(buffer);
        } catch (SocketTimeoutException e) {
          if (System.nanoTime() - last.get() > idleNanos) {
            dropped.incrementAndGet();
            return;
          }
          continue;
        }
        if (count < 0) {
          return;
        }
        last.set(System.nanoTime());
        to.getOutputStream().write(buffer, 0, count);
      }
    }
  }

  @Override
  public void close() throws IOException {
    ended.countDown();
    listener.close();
    cut();
  }
}
