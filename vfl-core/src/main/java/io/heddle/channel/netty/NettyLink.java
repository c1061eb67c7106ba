// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.Link;
import io.heddle.error.PeerUnavailableException;
import io.heddle.party.PartyId;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Puts frames on a socket. */
final class NettyLink implements Link {
  private final Channel channel;
  private final PartyId peer;
  private final Duration timeout;
  private @Nullable ChannelFuture pending;

  NettyLink(Channel channel, PartyId peer, Duration timeout) {
    this.channel = channel;
    this.peer = peer;
    this.timeout = timeout;
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // a void promise reports to the pipeline
  public void write(ByteBuffer frame, boolean wait) {
    ByteBuffer length = ByteBuffer.allocate(FrameDecoder.LENGTH_BYTES).putInt(frame.remaining());
    if (!wait) {
      if (!channel.isActive()) {
        throw lost(null);
      }
      channel.writeAndFlush(Unpooled.wrappedBuffer(length.flip(), frame), channel.voidPromise());
      return;
    }
    synchronized (this) {
      // One frame on its way while the next is made: at most two wait in memory for a slow peer.
      await(pending);
      pending = channel.writeAndFlush(Unpooled.wrappedBuffer(length.flip(), frame));
    }
  }

  private void await(@Nullable ChannelFuture before) {
    if (before == null) {
      return;
    }
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
}
