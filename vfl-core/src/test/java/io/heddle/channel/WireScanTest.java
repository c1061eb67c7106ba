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
      new WireScan().plantId("id", ID).plantDouble("value", VALUE, 24, 32);

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] number(long bits, ByteOrder order) {
    return ByteBuffer.allocate(8).order(order).putLong(bits).array();
  }

  static Stream<Arguments> leaks() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(utf8(ID));
    long bits = Double.doubleToLongBits(VALUE);
    long fixed = Math.round(VALUE * (1 << 24));
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
        Arguments.of("value as text", utf8("\"" + VALUE + "\"")));
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
  void plant_shortMarker_refused() {
    assertThatThrownBy(() -> scan.plantId("short", "abc"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void found_markerAcrossTwoChunks_isFoundAndCleanRunIsNot() {
    assertThat(run(new byte[3 << 20]).found()).isEmpty();
    byte[] leaking = new byte[3 << 20];
    // The body is four bytes longer than the blob: its length stands in front.
    System.arraycopy(utf8(ID), 0, leaking, Frames.MAX_CHUNK_BYTES - 4 - 10, ID.length());
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
