// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.Link;
import io.heddle.error.PeerUnavailableException;
import io.heddle.party.PartyId;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.handler.ssl.SslHandler;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** Puts frames on a socket. */
final class NettyLink implements Link {
  /** Two of the largest frames. */
  private static final long MAX_PENDING_BYTES = 2L * Exchange.MAX_FRAME_BYTES;

  private final Channel channel;
  private final PartyId peer;
  private final Duration timeout;
  // Frames on their way, oldest first, and their bytes; under the lock of this link.
  private final Deque<Pending> pending = new ArrayDeque<>();
  private long pendingBytes;

  /** One frame that has not gone out yet, or has lately. */
  private record Pending(ChannelFuture write, int bytes) {}

  NettyLink(Channel channel, PartyId peer, Duration timeout) {
    this.channel = channel;
    this.peer = peer;
    this.timeout = timeout;
    // Frames are large: each is encrypted as it is, not copied together with others first.
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls != null) {
      tls.setWrapDataSize(-1);
    }
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // a void promise reports to the pipeline
  public void write(ByteBuffer frame, boolean wait) {
    ByteBuffer length = ByteBuffer.allocate(FrameDecoder.LENGTH_BYTES).putInt(frame.remaining());
    ByteBuf bytes = Unpooled.wrappedBuffer(length.flip(), frame);
    if (wait) {
      writeInTurn(bytes);
      return;
    }
    if (!channel.isActive()) {
      bytes.release();
      throw lost(null);
    }
    channel.writeAndFlush(bytes, channel.voidPromise());
  }

  /**
   * Puts a piece of a body on the connection as {@link #write} does, without a copy, and waits
   * until there is room.
   */
  void writePiece(byte[] body, int offset, int length) {
    ByteBuffer start =
        ByteBuffer.allocate(FrameDecoder.LENGTH_BYTES + 1)
            .putInt(1 + length)
            .put(DataFrames.PIECE)
            .flip();
    writeInTurn(Unpooled.wrappedBuffer(start, ByteBuffer.wrap(body, offset, length)));
  }

  /** Waits until nothing is on its way any more: nobody looks at the bytes from now on. */
  synchronized void awaitWritten() {
    for (Pending oldest = pending.poll(); oldest != null; oldest = pending.poll()) {
      pendingBytes -= oldest.bytes;
      await(oldest.write);
    }
  }

  private void writeInTurn(ByteBuf frame) {
    synchronized (this) {
      int bytes = frame.readableBytes();
      // Some are on their way while the next is made; no more wait in memory for a slow peer.
      for (Pending oldest = pending.peek();
          oldest != null && (oldest.write.isDone() || pendingBytes + bytes > MAX_PENDING_BYTES);
          oldest = pending.peek()) {
        await(oldest.write);
        pending.remove();
        pendingBytes -= oldest.bytes;
      }
      pending.add(new Pending(channel.writeAndFlush(frame), bytes));
      pendingBytes += bytes;
    }
  }

  private void await(ChannelFuture before) {
    try {
      if (!before.await(timeout.toMillis())) {
        throw new PeerUnavailableException(
            "Party " + peer + " has not read for " + ExchangeTimeouts.describe(timeout));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PeerUnavailableException("Interrupted while sending to party " + peer, e);
    }
    if (!before.isSuccess()) {
      throw lost(before.cause());
    }
  }

  private PeerUnavailableException lost(@Nullable Throwable cause) {
    String message = "Lost the link to party " + peer;
    return cause == null
        ? new PeerUnavailableException(message)
        : new PeerUnavailableException(message, cause);
  }

  @Override
  public boolean isOpen() {
    return channel.isActive();
  }

  @Override
  public void close() {
    channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // the handler of the link is told
  public void cut() {
    channel.close();
  }
}
