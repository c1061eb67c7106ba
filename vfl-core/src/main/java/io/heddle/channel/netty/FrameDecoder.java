// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.Exchange;
import io.heddle.error.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/** Cuts the bytes of a link into frames; checks each length before waiting for the rest. */
final class FrameDecoder extends ByteToMessageDecoder {
  static final int LENGTH_BYTES = 4;

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (in.readableBytes() < LENGTH_BYTES) {
      return;
    }
    int length = in.getInt(in.readerIndex());
    if (length < 1 || length > Exchange.MAX_FRAME_BYTES) {
      in.skipBytes(in.readableBytes());
      throw new ProtocolException(
          "Invalid frame of " + length + " bytes: must be 1 to " + Exchange.MAX_FRAME_BYTES);
    }
    if (in.readableBytes() - LENGTH_BYTES >= length) {
      in.skipBytes(LENGTH_BYTES);
      out.add(in.readRetainedSlice(length));
    }
  }
}
