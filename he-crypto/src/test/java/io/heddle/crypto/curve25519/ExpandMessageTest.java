// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpandMessageTest {
  private static final byte[] DST =
      "QUUX-V01-CS02-with-expander-SHA512-256".getBytes(StandardCharsets.US_ASCII);

  // RFC 9380, appendix K.3.
  @Test
  void expand_rfc9380EmptyMessage_givesItsBytes() {
    assertThat(new ExpandMessage(DST).expand(new byte[0], 32))
        .isEqualTo(
            HexFormat.of()
                .parseHex("6b9a7312411d92f921c6f68ca0b6380730a1a4d982c507211a90964c394179ba"));
  }

  @Test
  void expand_rfc9380File_givesEveryCase() throws IOException {
    JsonNode file = Vectors.read("expand_message_xmd_SHA512_38.json");
    ExpandMessage expand = new ExpandMessage(DST);
    int cases = 0;
    for (JsonNode test : file.get("tests")) {
      byte[] message = test.get("msg").asText().getBytes(StandardCharsets.US_ASCII);
      int length = Integer.decode(test.get("len_in_bytes").asText());
      assertThat(HexFormat.of().formatHex(expand.expand(message, length)))
          .isEqualTo(test.get("uniform_bytes").asText());
      cases++;
    }
    assertThat(cases).isEqualTo(10);
  }

  @Test
  void expand_tagOver255Bytes_isHashedFirst() throws Exception {
    byte[] oversize = new byte[256];
    MessageDigest sha512 = MessageDigest.getInstance("SHA-512");
    sha512.update("H2C-OVERSIZE-DST-".getBytes(StandardCharsets.US_ASCII));
    byte[] hashed = sha512.digest(oversize);
    assertThat(new ExpandMessage(oversize).expand(new byte[3], 48))
        .isEqualTo(new ExpandMessage(hashed).expand(new byte[3], 48));
    assertThat(new ExpandMessage(new byte[255]).expand(new byte[3], 48)).hasSize(48);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 255 * 64 + 1})
  void expand_lengthOutOfRange_isRefused(int length) {
    assertThatThrownBy(() -> new ExpandMessage(DST).expand(new byte[0], length))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
