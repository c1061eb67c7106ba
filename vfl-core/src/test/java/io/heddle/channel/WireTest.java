// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import java.math.BigInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link WireWriter} writes and {@link WireReader} takes. */
class WireTest {
  private static byte[] written(Consumer<WireWriter> write) {
    WireWriter writer = new WireWriter();
    write.accept(writer);
    return writer.toByteArray();
  }

  @Test
  void read_whatWasWritten_equal() {
    BigInteger largest = BigInteger.TWO.pow(127).subtract(BigInteger.ONE);
    BigInteger lowest = BigInteger.TWO.pow(127).negate();
    WireReader reader =
        new WireReader(
            written(
                writer -> {
                  writer.writeByte(255);
                  writer.writeBoolean(true);
                  writer.writeInt(Integer.MIN_VALUE);
                  writer.writeLong(Long.MIN_VALUE);
                  writer.writeDouble(-0.0);
                  writer.writeString("Größe");
                  writer.writeBytes(new byte[0]);
                  writer.writeLongs(new long[] {1, -1});
                  writer.writeInts(new int[] {7});
                  writer.writeDoubles(new double[] {Double.MIN_VALUE, Double.MAX_VALUE});
                  writer.writeInt128s(new BigInteger[] {largest, lowest, BigInteger.ONE.negate()});
                }));
    assertThat(reader.readByte()).isEqualTo(255);
    assertThat(reader.readBoolean()).isTrue();
    assertThat(reader.readInt()).isEqualTo(Integer.MIN_VALUE);
    assertThat(reader.readLong()).isEqualTo(Long.MIN_VALUE);
    assertThat(Double.doubleToRawLongBits(reader.readDouble())).isEqualTo(Long.MIN_VALUE);
    assertThat(reader.readString(7)).isEqualTo("Größe");
    assertThat(reader.readBytes(0)).isEmpty();
    assertThat(reader.readLongs(2)).containsExactly(1, -1);
    assertThat(reader.readInts(1)).containsExactly(7);
    assertThat(reader.readDoubles(2)).containsExactly(Double.MIN_VALUE, Double.MAX_VALUE);
    assertThat(reader.readInt128s(3)).containsExactly(largest, lowest, BigInteger.ONE.negate());
    reader.end();
  }

  @Test
  void write_numbers_areBigEndian() {
    assertThat(written(writer -> writer.writeInt(0x01020304))).containsExactly(1, 2, 3, 4);
    assertThat(written(writer -> writer.writeInt128s(new BigInteger[] {BigInteger.TWO.negate()})))
        .containsExactly(
            0, 0, 0, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -2);
  }

  @Test
  void writeInt128s_oneBitTooMany_isTheCallersFault() {
    assertThatThrownBy(
            () -> new WireWriter().writeInt128s(new BigInteger[] {BigInteger.TWO.pow(127)}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  static Stream<Arguments> hostileBodies() {
    return Stream.of(
        read("nothing left", new byte[0], WireReader::readByte),
        read("truth value 2", new byte[] {2}, WireReader::readBoolean),
        read("int cut short", new byte[3], WireReader::readInt),
        read("long cut short", new byte[7], WireReader::readLong),
        read("not a number", written(w -> w.writeDouble(Double.NaN)), WireReader::readDouble),
        read(
            "infinity",
            written(w -> w.writeDoubles(new double[] {1 / 0.0})),
            r -> r.readDoubles(1)),
        read("length negative", written(w -> w.writeInt(-1)), r -> r.readBytes(10)),
        read("length over what is left", written(w -> w.writeInt(10)), r -> r.readBytes(10)),
        read(
            "length over the largest",
            written(w -> w.writeBytes(new byte[11])),
            r -> r.readBytes(10)),
        read(
            "huge count of longs",
            written(w -> w.writeInt(Integer.MAX_VALUE)),
            r -> r.readLongs(Integer.MAX_VALUE)),
        read(
            "huge count of doubles",
            written(w -> w.writeInt(Integer.MAX_VALUE)),
            r -> r.readDoubles(Integer.MAX_VALUE)),
        read(
            "huge count of 128-bit numbers",
            written(w -> w.writeInt(Integer.MAX_VALUE)),
            r -> r.readInt128s(Integer.MAX_VALUE)),
        read(
            "huge count of ints",
            written(w -> w.writeInt(Integer.MAX_VALUE)),
            r -> r.readInts(Integer.MAX_VALUE)),
        read("negative raw count", new byte[4], r -> r.readRaw(-1)),
        read(
            "text that is not UTF-8",
            written(w -> w.writeBytes(new byte[] {(byte) 0xc3})),
            r -> r.readString(10)),
        read("escape in a text", text("\u001b[2J"), r -> r.readString(10)),
        read("line end in a text", text("a\nb"), r -> r.readString(10)),
        read("delete in a text", text("a\u007f"), r -> r.readString(10)),
        read("C1 control in a text", text("\u009b2J"), r -> r.readString(10)));
  }

  private static byte[] text(String text) {
    return written(w -> w.writeString(text));
  }

  private static Arguments read(String what, byte[] body, Consumer<WireReader> read) {
    return Arguments.of(what, body, read);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileBodies")
  void read_hostileBody_refused(String what, byte[] body, Consumer<WireReader> read) {
    assertThatThrownBy(() -> read.accept(new WireReader(body)))
        .isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  void end_bytesLeftOver_refused(int count) {
    assertThatThrownBy(() -> new WireReader(new byte[count]).end())
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Message body too long: " + count + " bytes left over");
  }
}
