// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.MessageCodec;
import io.heddle.error.ProtocolException;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PsiMessagesTest {
  private final MessageCodec codec = new MessageCodec(PsiMessages.TYPES);

  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource({
    "20, 000000050000000101, SetSize",
    "25, 00000005, IntersectionSize",
    "26, 00000002ffffffff00000007, Positions",
    "27, '', Settled",
    "29, 01, Answer",
    "30, 00, Outcome",
    "22, 0500000005aabbccddee, BlindedTags",
    "34, 0900000000000000000000000000000000000000000000000000000000000000000000006b49d2000a, KeyOffer",
    "35, 01, TagRequest",
    "36, 0500000005aabbccddee, SetTags"
  })
  void decode_wellFormedBody_encodesToTheSameBytes(int id, String body, String name) {
    byte[] bytes = HexFormat.of().parseHex(body);
    assertThat(codec.encode(codec.decode(id, bytes))).isEqualTo(bytes);
    assertThat(codec.decode(id, bytes).getClass().getSimpleName()).isEqualTo(name);
  }

  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource({
    "20, '', empty",
    "20, 0000000500000001, truncated",
    "20, 00000005000000010100, a byte too long",
    "20, 000000050000000102, neither true nor false",
    "20, ffffffff0000000101, negative count",
    "20, 0000000180000000 01, negative minimum",
    "21, '', empty",
    "21, 00000000, no point",
    "21, 0000001f00000000000000000000000000000000000000000000000000000000000000, cut point",
    "21, 00000020, length without points",
    "21, 7fffffff, length beyond all bounds",
    "21, ffffffff, negative length",
    "21, 00080020, more than a chunk",
    "22, '', empty",
    "22, 0400000004aabbccdd, width too small",
    "22, 0e0000000eaabbccddaabbccddaabbccddaabb, width too large",
    "22, 0500000000, no tag",
    "22, 0500000004aabbccdd, cut tag",
    "22, 0500000006aabbccddeeff, tag and a byte",
    "22, 057fffffff, length beyond all bounds",
    "23, 00000000, no point",
    "24, 00000001ff, cut point",
    "25, ffffffff, negative count",
    "25, 000000, truncated",
    "26, 00000000, no position",
    "26, 0000000200000001, truncated",
    "26, 00004001, more than a chunk",
    "26, ffffffff, negative length",
    "27, 00, a byte too long",
    "28, 00000001, no digest",
    "29, 02, neither true nor false",
    "30, '', empty",
    "34, '', empty",
    "34, 0900000000000000000000000000000000000000000000000000000000000000000000006b49d200, no width",
    "34, 0900000000000000000000000000000000000000000000000000000000000000000000006b49d20004, width too small",
    "34, 0900000000000000000000000000000000000000000000000000000000000000000000006b49d2000d, width too large",
    "34, 0900000000000000000000000000000000000000000000000000000000000000ffffffff6b49d2000a, before 1970",
    "34, 09000000000000000000000000000000000000000000000000000000000000007fffffffffffffff0a, no such year",
    "35, 02, neither true nor false",
    "36, 0500000000, no tag",
    "36, 0d0000000daabbccddeeaabbccddeeaabbcc, width too large",
    "36, 0500000006aabbccddeeff, tag and a byte",
    "37, 00000000, no point",
    "37, 00080020, more than a chunk",
    "38, 00000001ff, cut point"
  })
  void decode_malformedBody_isRefused(int id, String body, String what) {
    byte[] bytes = HexFormat.of().parseHex(body.replace(" ", ""));
    assertThatThrownBy(() -> codec.decode(id, bytes), what).isInstanceOf(ProtocolException.class);
  }
}
