// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.channel.Exchange;
import io.heddle.error.ProtocolException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.DecoderException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Bytes as they come off a link, in pieces of a length that the first one of an input says. */
class FrameDecoderFuzzTest {
  /** What stands in a stream of bytes, cut by its lengths; all of it is there. */
  private record Stretch(List<byte[]> frames, boolean hasBadLength) {
    static Stretch of(ByteBuffer bytes) {
      List<byte[]> frames = new ArrayList<>();
      while (bytes.remaining() >= FrameDecoder.LENGTH_BYTES) {
        int length = bytes.getInt();
        if (length < 1 || length > Exchange.MAX_FRAME_BYTES) {
          return new Stretch(frames, true);
        }
        if (length > bytes.remaining()) {
          break;
        }
        byte[] frame = new byte[length];
        bytes.get(frame);
        frames.add(frame);
      }
      return new Stretch(frames, false);
    }
  }

  static Stream<byte[]> seeds() {
    byte[] two = {0, 0, 0, 1, 7, 0, 0, 0, 3, 3, 1, 2};
    return Stream.of(0, 2, 4, 255)
        .map(piece -> ByteBuffer.allocate(1 + two.length).put(piece.byteValue()).put(two).array());
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "1m")
  void decode_anyBytesInPieces_theirFramesThenRefusedAtABadLength(byte[] input) {
    ByteBuffer bytes = ByteBuffer.wrap(input);
    int piece = bytes.hasRemaining() ? 1 + (bytes.get() & 0xff) : 1;
    Stretch expected = Stretch.of(bytes.slice());
    EmbeddedChannel link = new EmbeddedChannel(new FrameDecoder());
    boolean refused = false;
    while (bytes.hasRemaining() && !refused) {
      byte[] next = new byte[Math.min(piece, bytes.remaining())];
      bytes.get(next);
      try {
        link.writeInbound(Unpooled.wrappedBuffer(next));
      } catch (DecoderException e) {
        assertThat(e).hasCauseInstanceOf(ProtocolException.class);
        refused = true;
      }
    }
    assertThat(refused).as("refused").isEqualTo(expected.hasBadLength());
    for (byte[] frame : expected.frames()) {
      ByteBuf got = link.readInbound();
      assertThat(got).as("a frame of %d bytes", frame.length).isNotNull();
      assertThat(ByteBufUtil.getBytes(got)).isEqualTo(frame);
      got.release();
    }
    assertThat(link.finish()).as("more frames").isFalse();
  }
}
