// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.Exchange;
import io.heddle.error.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/** Cuts the bytes of a link into frames; checks each length before waiting for the rest. */
final class FrameDecoder extends ByteToMessageDecoder {
  static final int LENGTH_BYTES = 4;

  /** What is held ready for a frame before it is there: as long as this side's own are. */
  private static final int READY_BYTES = 256 << 10;

  private int maxBytes = Exchange.MAX_FRAME_BYTES;

  FrameDecoder() {
    setCumulator(FrameDecoder::add);
  }

  /** From the next frame on takes none that is longer. */
  void limit(int bytes) {
    maxBytes = bytes;
  }

  /** Room for all of a frame, as growing by and by would copy its beginning again and again. */
  private static ByteBuf add(ByteBufAllocator allocator, ByteBuf before, ByteBuf in) {
    ByteBuf roomy = before;
    int there = before.readableBytes();
    if (there >= LENGTH_BYTES && before.writableBytes() < in.readableBytes()) {
      int ready = Math.min(LENGTH_BYTES + before.getInt(before.readerIndex()), READY_BYTES);
      if (ready > there) {
        // What comes may hold the beginning of the next frame, too.
        roomy = allocator.heapBuffer(ready + in.readableBytes()).writeBytes(before);
        before.release();
      }
    }
    return MERGE_CUMULATOR.cumulate(allocator, roomy, in);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    if (in.readableBytes() < LENGTH_BYTES) {
      return;
    }
    int length = in.getInt(in.readerIndex());
    if (length < 1 || length > maxBytes) {
      in.skipBytes(in.readableBytes());
      throw new ProtocolException(
          "Invalid frame of " + length + " bytes: must be 1 to " + maxBytes);
    }
    if (in.readableBytes() - LENGTH_BYTES >= length) {
      in.skipBytes(LENGTH_BYTES);
      out.add(in.readRetainedSlice(length));
    }
  }
}
