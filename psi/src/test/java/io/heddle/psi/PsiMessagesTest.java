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
    "20, 0000000500000001010001, SetSize",
    "20, 0000000500000001000200, SetSize",
    "20, 0000000500000001010301, SetSize",
    "20, 0000000500000001010401, SetSize",
    "25, 00000005, IntersectionSize",
    "26, 00000002ffffffff00000007, Positions",
    "27, '', Settled",
    "29, 01, Answer",
    "30, 00, Outcome",
    "22, 0500000005aabbccddee, BlindedTags",
    "31, 0700000007aabbccddeeff00, SenderTags",
    "32, 0500000005aabbccddee, CommonNames",
    "33, 00000002000000017fffffff, Multiplicities",
    "34, 00000000, OtherRows",
    "35, 0500000005aabbccddee, ShuffledTags",
    "100, 0900000000000000000000000000000000000000000000000000000000000000000000006b49d2000a, KeyOffer",
    "101, 01, TagRequest",
    "102, 0500000005aabbccddee, SetTags",
    "145, 0000001000112233445566778899aabbccddeeff, MaskedVector",
    "146, 0800000008aabbccddeeff0011, IdTags",
    "147, 00000001ff, CommonPlaces"
  })
  void decode_wellFormedBody_encodesToTheSameBytes(int id, String body, String name) {
    byte[] bytes = HexFormat.of().parseHex(body);
    assertThat(codec.encode(codec.decode(id, bytes))).isEqualTo(bytes);
    assertThat(codec.decode(id, bytes).getClass().getSimpleName()).isEqualTo(name);
  }

  @ParameterizedTest(name = "{0}: {2}")
  @CsvSource({
    "20, '', empty",
    "20, 00000005000000010100, truncated",
    "20, 000000050000000101000100, a byte too long",
    "20, 0000000500000001020001, neither true nor false",
    "20, 0000000500000001010002, neither trusted nor not",
    "20, 0000000500000001010501, no such protocol",
    "20, ffffffff00000001010001, negative count",
    "20, 0000000180000000 010001, negative minimum",
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
    "31, '', empty",
    "31, 0600000006aabbccddeeff, width too small",
    "31, 0d0000000daabbccddeeffaabbccddeeff00, width too large",
    "31, 0700000000, no tag",
    "31, 0700000008aabbccddeeff0011, tag and a byte",
    "31, 070001c007, more than a chunk",
    "31, 07ffffffff, negative length",
    "32, 0400000004aabbccdd, width too small",
    "32, 0c0000000caabbccddeeffaabbccddeeff, width too large",
    "32, 0500000000, no name",
    "32, 057fffffff, length beyond all bounds",
    "33, '', empty",
    "33, 00000000, no count",
    "33, 0000000200000001, truncated",
    "33, 0000000100000000, a count of 0",
    "33, 0000000200000001ffffffff, a negative count",
    "33, 00004001, more than a chunk",
    "33, ffffffff, negative length",
    "34, 000000, truncated",
    "34, ffffffff, negative number",
    "34, 0000000000, a byte too long",
    "35, 0400000004aabbccdd, width too small",
    "35, 0e0000000eaabbccddaabbccddaabbccddaabb, width too large",
    "35, 0500000000, no tag",
    "35, 0500000006aabbccddeeff, tag and a byte",
    "35, 057fffffff, length beyond all bounds",
    "36, 00000000, no point",
    "36, 00000001ff, cut point",
    "36, 00080020, more than a chunk",
    "100, '', empty",
    "100, 0900000000000000000000000000000000000000000000000000000000000000000000006b49d200, no width",
    "100, 0900000000000000000000000000000000000000000000000000000000000000000000006b49d20004, width too small",
    "100, 0900000000000000000000000000000000000000000000000000000000000000000000006b49d2000d, width too large",
    "100, 0900000000000000000000000000000000000000000000000000000000000000ffffffff6b49d2000a, before 1970",
    "100, 09000000000000000000000000000000000000000000000000000000000000007fffffffffffffff0a, no such year",
    "101, 02, neither true nor false",
    "102, 0500000000, no tag",
    "102, 0d0000000daabbccddeeaabbccddeeaabbcc, width too large",
    "102, 0500000006aabbccddeeff, tag and a byte",
    "140, '', empty",
    "141, 00000000, no sums",
    "141, 0000000100, cut sum",
    "141, 7fffffff, length beyond all bounds",
    "145, 00000000, no element",
    "145, 0000000f00112233445566778899aabbccddee, cut element",
    "145, 00040010, more than a chunk",
    "146, 0700000007aabbccddeeff00, width too small",
    "146, 0d0000000daabbccddeeffaabbccddeeff00, width too large",
    "146, 0800000009aabbccddeeff001122, tag and a byte",
    "147, 00000000, no bits",
    "147, 00040001, more than a chunk",
    "103, 00000000, no point",
    "103, 00080020, more than a chunk",
    "104, 00000001ff, cut point"
  })
  void decode_malformedBody_isRefused(int id, String body, String what) {
    byte[] bytes = HexFormat.of().parseHex(body.replace(" ", ""));
    assertThatThrownBy(() -> codec.decode(id, bytes), what).isInstanceOf(ProtocolException.class);
  }
}
