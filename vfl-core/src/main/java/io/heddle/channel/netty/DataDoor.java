// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the place of a data link until the other side has proved who it is. */
final class DataDoor extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(DataDoor.class);

  private final Tls tls;
  private final DataRoom room;
  private final Runnable proved;

  /**
   * @param proved told once who is there
   */
  DataDoor(Tls tls, DataRoom room, Runnable proved) {
    this.tls = tls;
    this.room = room;
    this.proved = proved;
  }

  /** Puts a data link in the place of whatever has waited for the handshake. */
  static void open(ChannelHandlerContext context, Holder holder, DataRoom room) {
    if (!room.enter(holder.party())) {
      LOG.warn("Party {} closes a data link: {} has too many", room.owner(), holder.party());
      drop(context);
      return;
    }
    context.channel().closeFuture().addListener(closed -> room.leave(holder.party()));
    context.pipeline().get(FrameDecoder.class).limit(DataFrames.MAX_FRAME_BYTES);
    DataServerLink link = new DataServerLink(room);
    context.pipeline().replace(context.handler(), null, link);
    link.begin(context.pipeline().context(link), holder);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) throws Exception {
    if (event instanceof SslHandshakeCompletionEvent handshake) {
      if (handshake.isSuccess()) {
        Holder holder = tls.holder(context.pipeline().get(SslHandler.class));
        proved.run();
        open(context, holder, room);
      } else {
        LOG.warn(
            "Party {} refused a data link: {}",
            room.owner(),
            HandshakeFailure.reason(handshake.cause()));
      }
    }
    super.userEventTriggered(context, event);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    drop(context);
  }

  @SuppressWarnings("FutureReturnValueIgnored") // nobody waits for it
  private static void drop(ChannelHandlerContext context) {
    context.close();
  }
}
