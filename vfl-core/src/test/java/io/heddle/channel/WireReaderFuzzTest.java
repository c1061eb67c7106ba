// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heddle.error.ProtocolException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls of a reader in any order: an input says how many there are, then which, then the body. */
class WireReaderFuzzTest {
  private static final int MAX = 1000;

  private interface Value {
    /** Reads one and writes it again. */
    void copy(WireReader from, WireWriter to);
  }

  private static final Value[] VALUES = {
    (from, to) -> to.writeByte(from.readByte()),
    (from, to) -> to.writeBoolean(from.readBoolean()),
    (from, to) -> to.writeInt(from.readInt()),
    (from, to) -> to.writeLong(from.readLong()),
    (from, to) -> to.writeDouble(from.readDouble()),
    (from, to) -> to.writeString(from.readString(MAX)),
    (from, to) -> to.writeBytes(from.readBytes(MAX)),
    (from, to) -> to.writeRaw(from.readRaw(32)),
    (from, to) -> to.writeLongs(from.readLongs(MAX)),
    (from, to) -> to.writeInts(from.readInts(MAX)),
    (from, to) -> to.writeDoubles(from.readDoubles(MAX)),
    (from, to) -> to.writeInt128s(from.readInt128s(MAX))
  };

  static Stream<byte[]> seeds() {
    return Stream.of(
        new byte[] {1, 5, 0, 0, 0, 2, 'o', 'k'},
        new byte[] {2, 1, 9, 1, 0, 0, 0, 1, 0, 0, 0, 7},
        new byte[] {2, 0, 4, 3, 64, 0, 0, 0, 0, 0, 0, 0},
        new byte[] {1, 11, 0, 0, 0, 1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "1m")
  void read_anyBytes_refusedOrWrittenTheSame(byte[] input) {
    int calls = input.length == 0 ? 0 : Math.min(input[0] & 0xff, input.length - 1);
    byte[] body = Arrays.copyOfRange(input, Math.min(1 + calls, input.length), input.length);
    WireReader reader = new WireReader(body.clone());
    WireWriter writer = new WireWriter();
    try {
      for (int i = 1; i <= calls; i++) {
        VALUES[(input[i] & 0xff) % VALUES.length].copy(reader, writer);
      }
    } catch (ProtocolException e) {
      return;
    }
    assertThat(writer.toByteArray())
        .isEqualTo(Arrays.copyOf(body, body.length - reader.remaining()));
  }
}
