// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** For tests: passes every connection on to another port and keeps what crosses. */
public final class Relay implements AutoCloseable {
  private final ServerSocket listener;
  private final int target;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile boolean stalled;
  private volatile boolean slow;
  private final List<ByteArrayOutputStream> streams = new CopyOnWriteArrayList<>();

  public Relay(int target) throws IOException {
    this.target = target;
    listener = new ServerSocket();
    // Little room on the way: what the relay has not read waits at its sender.
    listener.setReceiveBufferSize(1 << 16);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
    RelayThreads.start("relay", this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** What has crossed, one array for each direction of each connection. */
  public List<byte[]> captured() {
    List<byte[]> result = new ArrayList<>();
    for (ByteArrayOutputStream stream : streams) {
      synchronized (stream) {
        result.add(stream.toByteArray());
      }
    }
    return result;
  }

  /** From now on reads nothing more, as a black hole does; the connections stay. */
  void stall() {
    stalled = true;
  }

  /** From now on passes on at most 2 MiB a second in each direction. */
  void slowDown() {
    slow = true;
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

  private void accept() throws IOException {
    while (true) {
      Socket near = listener.accept();
      Socket far;
      try {
        far = new Socket(InetAddress.getLoopbackAddress(), target);
      } catch (IOException e) {
        near.close();
        continue;
      }
      sockets.add(near);
      sockets.add(far);
      RelayThreads.start("relay", () -> copy(near, far));
      RelayThreads.start("relay", () -> copy(far, near));
    }
  }

  private void copy(Socket from, Socket to) throws IOException, InterruptedException {
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    streams.add(seen);
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] buffer = new byte[1 << 14];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        synchronized (seen) {
          seen.write(buffer, 0, n);
        }
        out.write(buffer, 0, n);
        out.flush();
        if (slow && n > 1 << 10) {
          ended.await(8, TimeUnit.MILLISECONDS);
        }
        if (stalled) {
          ended.await();
        }
      }
    }
  }

  /** Ends every connection, and takes no new ones. */
  void shut() throws IOException {
    listener.close();
    cut();
  }

  @Override
  public void close() throws IOException {
    ended.countDown();
    shut();
  }
}
