// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.TestMessage.Blob;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WireScanTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final String ID = "customer-7f31c0ffee42";
  private static final double VALUE = 123456.78901234567;

  private final WireScan scan =
      new WireScan()
          .plantId("id", ID)
          .plantDouble("value", VALUE, 24, 32, 88)
          .plantLabels("labels", labels());

  /** The bits of 0x0123456789abcdef, from the highest on. */
  private static double[] labels() {
    double[] labels = new double[80];
    for (int i = 0; i < 64; i++) {
      labels[i] = 0x0123456789abcdefL >>> (63 - i) & 1;
    }
    return labels;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] number(long bits, ByteOrder order) {
    return ByteBuffer.allocate(8).order(order).putLong(bits).array();
  }

  /** The value in units of 2^-88, from units of 2^-36. */
  private static byte[] int128(long value, ByteOrder order) {
    long high = value >> 12;
    long low = value << 52;
    boolean big = order == ByteOrder.BIG_ENDIAN;
    return ByteBuffer.allocate(16)
        .order(order)
        .putLong(big ? high : low)
        .putLong(big ? low : high)
        .array();
  }

  /** The labels as digits, each with some before and after. */
  private static String spread(String before, String after) {
    StringBuilder text = new StringBuilder();
    for (int i = 63; i >= 0; i--) {
      text.append(before).append(0x0123456789abcdefL >>> i & 1).append(after);
    }
    return text.toString();
  }

  static Stream<Arguments> leaks() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(utf8(ID));
    long bits = Double.doubleToLongBits(VALUE);
    long fixed = Math.round(VALUE * (1 << 24));
    long wide = Math.round(VALUE * (1L << 36));
    String digits = spread("", "");
    ByteBuffer doubles = ByteBuffer.allocate(8 * 64);
    digits.chars().forEach(digit -> doubles.putDouble(digit - '0'));
    return Stream.of(
        Arguments.of("id", utf8(ID)),
        Arguments.of("id in hex", utf8(HexFormat.of().formatHex(utf8(ID)))),
        Arguments.of(
            "id in upper-case hex", utf8(HexFormat.of().withUpperCase().formatHex(utf8(ID)))),
        Arguments.of("id in base64", Base64.getEncoder().encode(utf8(ID))),
        Arguments.of("id in base64", Base64.getEncoder().encode(utf8("x" + ID))),
        Arguments.of("id in base64", Base64.getEncoder().encode(utf8("xy" + ID + "z"))),
        Arguments.of("id SHA-256", hash),
        Arguments.of("id SHA-256 in hex", utf8(HexFormat.of().formatHex(hash))),
        Arguments.of("id SHA-256 in URL base64", Base64.getUrlEncoder().encode(hash)),
        Arguments.of("value as double", number(bits, ByteOrder.BIG_ENDIAN)),
        Arguments.of("value as double, little-endian", number(bits, ByteOrder.LITTLE_ENDIAN)),
        Arguments.of("value as fixed point with 24 bits", number(fixed, ByteOrder.BIG_ENDIAN)),
        Arguments.of(
            "value as fixed point with 24 bits, little-endian",
            number(fixed, ByteOrder.LITTLE_ENDIAN)),
        Arguments.of(
            "value as fixed point with 24 bits",
            number((long) Math.floor(VALUE * (1 << 24)), ByteOrder.BIG_ENDIAN)),
        Arguments.of(
            "value as fixed point with 24 bits",
            number((long) Math.ceil(VALUE * (1 << 24)), ByteOrder.BIG_ENDIAN)),
        Arguments.of("value as fixed point with 88 bits", int128(wide, ByteOrder.BIG_ENDIAN)),
        Arguments.of(
            "value as fixed point with 88 bits, little-endian",
            int128(wide, ByteOrder.LITTLE_ENDIAN)),
        Arguments.of("value as text", utf8("\"" + VALUE + "\"")),
        Arguments.of("labels as bits", number(0x0123456789abcdefL, ByteOrder.BIG_ENDIAN)),
        Arguments.of("labels as bits", HexFormat.of().parseHex("80c4a2e691d5b3f7")),
        Arguments.of("labels as digits", utf8(digits)),
        Arguments.of("labels as bytes", HexFormat.of().parseHex(spread("0", ""))),
        Arguments.of("labels as ints", HexFormat.of().parseHex(spread("0000000", ""))),
        Arguments.of(
            "labels as ints, little-endian", HexFormat.of().parseHex(spread("0", "000000"))),
        Arguments.of("labels as longs", HexFormat.of().parseHex(spread("000000000000000", ""))),
        Arguments.of("labels as doubles", doubles.array()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("leaks")
  void foundIn_plantedInAnyForm_isFoundAtAnyOffset(String what, byte[] leak) {
    for (int offset = 0; offset < 9; offset++) {
      byte[] stream = new byte[40 + leak.length];
      System.arraycopy(leak, 0, stream, offset, leak.length);
      assertThat(scan.foundIn(stream)).contains(what);
    }
  }

  @Test
  void foundIn_almostTheMarker_isNot() {
    byte[] leak = utf8(ID);
    leak[leak.length - 1] ^= 1;
    assertThat(scan.foundIn(leak)).isEmpty();
  }

  @Test
  void plantLabels_tooFewToTell_refused() {
    assertThatThrownBy(() -> scan.plantLabels("few", new double[63]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void plant_shortMarker_refused() {
    assertThatThrownBy(() -> scan.plantId("short", "abc"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void found_markerAcrossTwoChunks_isFoundAndCleanRunIsNot() {
    assertThat(run(new byte[3 << 20]).found()).isEmpty();
    byte[] leaking = new byte[3 << 20];
    // The body is four bytes longer than the blob: its length stands in front.
    System.arraycopy(utf8(ID), 0, leaking, Frames.SENT_CHUNK_BYTES - 4 - 10, ID.length());
    assertThat(run(leaking).found()).containsExactly("id from bank -> retailer bodies");
    assertThat(scan.scannedBytes()).isGreaterThan(6 << 20);
  }

  private WireScan run(byte[] body) {
    Parties.run(
        (parties, codec) ->
            InMemoryExchange.network(
                parties, codec, ExchangeLimits.DEFAULT, ExchangeTimeouts.DEFAULT, scan::observer),
        TestMessage.TYPES,
        Map.of(
            BANK,
            session -> {
              session.beginStep("talk", new TreeMap<>()).send(RETAILER, new Blob(body));
              return true;
            },
            RETAILER,
            session -> {
              Channel step = session.beginStep("talk", new TreeMap<>());
              return step.receive(BANK, Blob.class).bytes().length == body.length;
            }));
    return scan;
  }
}
