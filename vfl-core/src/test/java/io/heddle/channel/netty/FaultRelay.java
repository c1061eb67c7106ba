// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * For tests: a network between a dialler and an acceptor that can be made bad in the ways of real
 * ones, and healed. Every change takes effect on the connections that there are and on later ones.
 */
public final class FaultRelay implements AutoCloseable {
  /** Which way bytes go. */
  enum Direction {
    FORTH,
    BACK
  }

  /** What becomes of the bytes that go one way; the connections themselves stay. */
  enum Passage {
    OPEN,
    /** Nobody reads them, as where packets are lost and sent again: healed, they arrive. */
    STALLED,
    /** They are read and forgotten: healed, the connections that lost some are reset. */
    SWALLOWED
  }

  private static final int CHUNK = 1 << 14;

  private final ServerSocket listener;
  private final int target;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  // All that follows under the monitor.
  private final Map<Direction, Passage> passages = new EnumMap<>(Direction.class);
  private final Map<Direction, Later> later = new EnumMap<>(Direction.class);
  private Duration latency = Duration.ZERO;
  private long bytesPerSecond;
  private boolean refusing;
  private boolean closed;
  private int accepted;
  private long passed;
  private long lastPassed = System.nanoTime();

  public FaultRelay(int target) throws IOException {
    this.target = target;
    for (Direction direction : Direction.values()) {
      passages.put(direction, Passage.OPEN);
    }
    listener = new ServerSocket();
    // Little room on the way: what the relay has not read waits at its sender.
    listener.setReceiveBufferSize(1 << 16);
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
    RelayThreads.start("fault-relay", this::accept);
  }

  public int port() {
    return listener.getLocalPort();
  }

  /** How many connections it has let in so far. */
  synchronized int accepted() {
    return accepted;
  }

  /** How many bytes have crossed so far, both ways. */
  synchronized long passed() {
    return passed;
  }

  /** Each byte is on its way for so long. */
  synchronized void delay(Duration oneWay) {
    latency = oneWay;
  }

  /** At most so many bytes a second are read of each direction; 0 for any number. */
  synchronized void limit(long perSecond) {
    bytesPerSecond = perSecond;
    notifyAll();
  }

  synchronized void pass(Direction direction, Passage passage) {
    passages.put(direction, passage);
    if (passages.values().stream().allMatch(Passage.OPEN::equals)) {
      connections.stream().filter(connection -> connection.spoilt).forEach(Connection::reset);
    }
    notifyAll();
  }

  void pass(Passage both) {
    for (Direction direction : Direction.values()) {
      pass(direction, both);
    }
  }

  /** As a firewall that has forgotten silent connections: each is reset at its next byte. */
  public void forget() {
    connections.forEach(connection -> connection.forgotten = true);
  }

  /** Resets every connection now. */
  void reset() {
    connections.forEach(Connection::reset);
  }

  /** Resets one of the connections that are there, counted from 1 in the order they came. */
  void reset(int number) {
    connections.stream()
        .filter(connection -> connection.far.isConnected() && !connection.near.isClosed())
        .sorted(Comparator.comparingInt(connection -> connection.number))
        .skip(number - 1)
        .findFirst()
        .ifPresent(Connection::reset);
  }

  /** Resets every connection once so many more bytes have gone one way. */
  void resetAfter(Direction direction, long bytes) {
    after(direction, bytes, this::reset);
  }

  /** Once so many more bytes have gone one way, and before another one does. */
  synchronized void after(Direction direction, long bytes, Runnable fault) {
    later.put(direction, new Later(bytes, fault));
  }

  /** Resets every connection, and new ones as they come. */
  void cut() {
    synchronized (this) {
      refusing = true;
    }
    reset();
  }

  /** Ends a {@link #cut}. */
  synchronized void mend() {
    refusing = false;
  }

  /** Waits until nothing has crossed for a while, at most for a second. */
  synchronized void settle(Duration quiet) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    long now = System.nanoTime();
    while (now < deadline && now - lastPassed < quiet.toNanos()) {
      TimeUnit.NANOSECONDS.timedWait(this, quiet.toNanos() - (now - lastPassed));
      now = System.nanoTime();
    }
  }

  private void accept() throws IOException {
    while (true) {
      Socket near = listener.accept();
      Connection connection;
      boolean refused;
      synchronized (this) {
        accepted++;
        connection = new Connection(near, accepted);
        connections.add(connection);
        refused = refusing || closed;
      }
      if (refused) {
        connection.reset();
      } else {
        RelayThreads.start("fault-relay", connection::carry);
      }
    }
  }

  /** Waits while nothing passes; what passes at the end. */
  private synchronized Passage passage(Direction direction) throws InterruptedException {
    while (!closed && passages.get(direction) == Passage.STALLED) {
      wait();
    }
    return passages.getOrDefault(direction, Passage.OPEN);
  }

  /** Waits until something passes some way. */
  private synchronized void awaitAnyPassage() throws InterruptedException {
    while (!closed && passages.values().stream().noneMatch(Passage.OPEN::equals)) {
      wait();
    }
  }

  private synchronized void awaitOpen(Direction direction) throws InterruptedException {
    while (!closed && passages.get(direction) != Passage.OPEN) {
      wait();
    }
  }

  private synchronized int chunk() {
    return bytesPerSecond == 0 ? CHUNK : (int) Math.max(64, Math.min(CHUNK, bytesPerSecond / 10));
  }

  /** Waits for as long as so many bytes take. */
  private synchronized void pace(int bytes) throws InterruptedException {
    long begun = System.nanoTime();
    while (!closed && bytesPerSecond > 0) {
      long left = begun + bytes * 1_000_000_000L / bytesPerSecond - System.nanoTime();
      if (left <= 0) {
        return;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
  }

  private synchronized long due() {
    return System.nanoTime() + latency.toNanos();
  }

  /** How many of these bytes still pass before a fault that is due. */
  private synchronized int allowed(Direction direction, int bytes) {
    passed += bytes;
    lastPassed = System.nanoTime();
    Later due = later.get(direction);
    if (due == null || due.bytes() > bytes) {
      later.computeIfPresent(direction, (way, old) -> new Later(old.bytes() - bytes, old.fault()));
      return bytes;
    }
    return (int) due.bytes();
  }

  private void happen(Direction direction) {
    Later due;
    synchronized (this) {
      due = later.remove(direction);
    }
    if (due != null) {
      due.fault().run();
    }
  }

  /** What happens after so many bytes. */
  private record Later(long bytes, Runnable fault) {}

  /** Some bytes and when they arrive; none at the end. */
  private record Packet(long due, byte[] bytes) {}

  private final class Connection {
    private final Socket near;
    private final int number;
    private final Socket far = new Socket();
    private volatile boolean spoilt;
    private volatile boolean forgotten;

    Connection(Socket near, int number) {
      this.near = near;
      this.number = number;
    }

    void carry() throws IOException, InterruptedException {
      awaitAnyPassage();
      try {
        far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target));
        near.setTcpNoDelay(true);
        far.setTcpNoDelay(true);
      } catch (IOException e) {
        reset();
        return;
      }
      carry(Direction.FORTH, near, far);
      carry(Direction.BACK, far, near);
    }

    private void carry(Direction direction, Socket from, Socket to) {
      BlockingQueue<Packet> way = new ArrayBlockingQueue<>(64);
      RelayThreads.start("fault-relay", () -> read(direction, from, way));
      RelayThreads.start("fault-relay", () -> write(direction, to, way));
    }

    private void read(Direction direction, Socket from, BlockingQueue<Packet> way)
        throws InterruptedException {
      byte[] buffer = new byte[CHUNK];
      try {
        InputStream in = from.getInputStream();
        while (true) {
          passage(direction);
          int count = in.read(buffer, 0, chunk());
          if (count < 0) {
            break;
          }
          if (forgotten) {
            reset();
            return;
          }
          // The passage may have changed while this thread waited for bytes.
          if (passage(direction) == Passage.SWALLOWED) {
            spoilt = true;
            continue;
          }
          // So may the speed.
          for (int done = 0; done < count; ) {
            int next = Math.min(count, done + chunk());
            way.put(new Packet(due(), Arrays.copyOfRange(buffer, done, next)));
            pace(next - done);
            done = next;
          }
        }
      } catch (IOException e) {
        // As good as the end.
      }
      // Nor is the end seen at the other side while nothing passes.
      awaitOpen(direction);
      way.put(new Packet(due(), new byte[0]));
    }

    private void write(Direction direction, Socket to, BlockingQueue<Packet> way)
        throws InterruptedException {
      try {
        OutputStream out = to.getOutputStream();
        for (Packet packet = way.take(); packet.bytes().length > 0; packet = way.take()) {
          long early = packet.due() - System.nanoTime();
          if (early > 0) {
            TimeUnit.NANOSECONDS.sleep(early);
          }
          int count = allowed(direction, packet.bytes().length);
          out.write(packet.bytes(), 0, count);
          out.flush();
          if (count < packet.bytes().length) {
            happen(direction);
            // Through whatever it has become by now.
            if (passage(direction) == Passage.SWALLOWED) {
              spoilt = true;
            } else {
              out.write(packet.bytes(), count, packet.bytes().length - count);
              out.flush();
            }
          }
        }
        close();
      } catch (IOException e) {
        reset();
      }
    }

    private void close() throws IOException {
      connections.remove(this);
      near.close();
      far.close();
    }

    void reset() {
      try {
        near.setSoLinger(true, 0);
        if (far.isConnected()) {
          far.setSoLinger(true, 0);
        }
        close();
      } catch (IOException e) {
        // It has ended by itself.
      }
    }
  }

  @Override
  public void close() throws IOException {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    listener.close();
    reset();
  }
}
