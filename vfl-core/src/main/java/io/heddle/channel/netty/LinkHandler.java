// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.FrameHandler;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.timeout.IdleState;
import io.netty.handler.timeout.IdleStateEvent;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** One connection, from the handshake on; what becomes of a refused one differs by direction. */
abstract class LinkHandler extends SimpleChannelInboundHandler<ByteBuf> {
  private final NettyExchange exchange;
  private final Tls tls;
  private @Nullable PartyId peer;
  private @Nullable NettyLink link;
  private volatile @Nullable FrameHandler frames;
  private boolean violated;
  private @Nullable Throwable cause;

  LinkHandler(NettyExchange exchange, Tls tls) {
    this.exchange = exchange;
    this.tls = tls;
  }

  /**
   * The other side has proved who it is.
   *
   * @return takes its frames; null if the connection is closed without any
   */
  abstract @Nullable FrameHandler authenticated(
      PartyId party, LinkProtocol protocol, NettyLink proved);

  /** The connection is a data link of someone who has proved who it is. */
  abstract void data(ChannelHandlerContext context, Holder holder);

  /**
   * The connection ended before it was of use, or never came to be; called once, instead of {@code
   * lost}.
   */
  abstract void refused(@Nullable Throwable why);

  /** The connection ended after it had been of use. */
  abstract void ended();

  /** Whether both sides have let each other in. */
  final boolean isOpen() {
    FrameHandler reader = frames;
    return reader != null && reader.isOpen();
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        start(context);
      } else {
        cause = handshake.cause();
        end(context);
      }
    } else if (event instanceof IdleStateEvent idle && peer != null && link != null) {
      if (idle.state() == IdleState.WRITER_IDLE) {
        if (isOpen()) {
          exchange.keepAlive(peer, link);
        }
      } else if (idle.state() == IdleState.READER_IDLE && !exchange.isSilent()) {
        cause = new PeerUnavailableException("Nothing heard from party " + peer + " for too long");
        end(context);
      }
    }
    super.userEventTriggered(context, event);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // channelUnregistered tells
  private static void end(ChannelHandlerContext context) {
    context.close();
  }

  private void start(ChannelHandlerContext context) {
    try {
      SslHandler handshake = context.pipeline().get(SslHandler.class);
      if (tls.isForeign(handshake)) {
        end(context);
        return;
      }
      if (tls.isData(handshake)) {
        data(context, tls.holder(handshake));
        return;
      }
      LinkProtocol protocol = tls.protocol(handshake);
      PartyId party = tls.peer(handshake);
      exchange.proved(party, handshake);
      if (!exchange.peers().contains(party)) {
        end(context);
        return;
      }
      NettyLink proved = new NettyLink(context.channel(), party, exchange.timeouts().receive());
      peer = party;
      link = proved;
      frames = authenticated(party, protocol, proved);
    } catch (SSLException | ProtocolException e) {
      cause = e;
      end(context);
    }
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, ByteBuf frame) {
    FrameHandler reader = frames;
    if (reader == null) {
      cause = new ProtocolException("A frame before the handshake");
      end(context);
      return;
    }
    if (violated) {
      return;
    }
    try {
      reader.frame(frame.nioBuffer());
    } catch (ProtocolException e) {
      cause = e;
      violated = true;
      end(context);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
    Throwable inner =
        thrown instanceof DecoderException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (cause == null) {
      cause = inner;
    }
    FrameHandler reader = frames;
    if (reader != null && !violated && inner instanceof ProtocolException violation) {
      // No frame at all: as bad as one that is not allowed, and what stands behind it is not read.
      violated = true;
      reader.violated(violation);
    }
    end(context);
  }

  /** Not channelInactive: one whose way through a proxy ends early never hears of that. */
  @Override
  public void channelUnregistered(ChannelHandlerContext context) throws Exception {
    PartyId party = peer;
    FrameHandler reader = frames;
    if (party == null || reader == null || !reader.isOpen()) {
      refused(cause);
    } else if (!violated) {
      reader.lost(lost(party, cause));
      ended();
    }
    super.channelUnregistered(context);
  }

  private static VflException lost(PartyId party, @Nullable Throwable cause) {
    if (cause instanceof VflException known) {
      return known;
    }
    String message = "Lost the link to party " + party;
    return cause == null
        ? new PeerUnavailableException(message)
        : new PeerUnavailableException(message, cause);
  }
}
