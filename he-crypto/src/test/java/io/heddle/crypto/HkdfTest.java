// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HkdfTest {
  private static final HexFormat HEX = HexFormat.of();

  /** RFC 5869, appendix A.1 to A.3. */
  @ParameterizedTest
  @CsvSource({
    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b,000102030405060708090a0b0c,f0f1f2f3f4f5f6f7f8f9,"
        + "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
        + "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
        + "404142434445464748494a4b4c4d4e4f,"
        + "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
        + "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
        + "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf,"
        + "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
        + "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
        + "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff,"
        + "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
        + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
        + "cc30c58179ec3e87c14c01d5c1f3434f1d87",
    "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b,'','',"
        + "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
  })
  void derive_rfcCase_givesItsKey(String secret, String salt, String info, String key) {
    byte[] derived =
        Hkdf.derive(HEX.parseHex(secret), HEX.parseHex(salt), HEX.parseHex(info), key.length() / 2);
    assertThat(derived).isEqualTo(HEX.parseHex(key));
  }

  @Test
  void derive_everyWycheproofCase_agrees() throws IOException {
    File file = new File(System.getProperty("heddle.shared", "."), "vectors/hkdf_sha256_test.json");
    assumeTrue(file.exists(), "No HKDF vectors beside the project");
    JsonNode vectors = new ObjectMapper().readTree(file);
    int cases = 0;
    for (JsonNode group : vectors.get("testGroups")) {
      for (JsonNode test : group.get("tests")) {
        byte[] secret = HEX.parseHex(test.get("ikm").asText());
        byte[] salt = HEX.parseHex(test.get("salt").asText());
        byte[] info = HEX.parseHex(test.get("info").asText());
        int size = test.get("size").asInt();
        if (test.get("result").asText().equals("valid")) {
          assertThat(Hkdf.derive(secret, salt, info, size))
              .as("case %s", test.get("tcId"))
              .isEqualTo(HEX.parseHex(test.get("okm").asText()));
        } else {
          assertThatIllegalArgumentException()
              .isThrownBy(() -> Hkdf.derive(secret, salt, info, size));
        }
        cases++;
      }
    }
    assertThat(cases).isEqualTo(vectors.get("numberOfTests").asInt());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 8161})
  void derive_impossibleLength_isRefused(int bytes) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Hkdf.derive(new byte[32], new byte[0], new byte[0], bytes))
        .withMessage("Invalid length " + bytes + ": must be 1 to 8160 bytes");
  }

  @Test
  void derive_partsCutElsewhere_giveOtherKeys() {
    byte[] one = Hkdf.derive(new byte[32], new byte[0], new byte[][] {{1, 2}, {3}}, 32);
    byte[] other = Hkdf.derive(new byte[32], new byte[0], new byte[][] {{1}, {2, 3}}, 32);
    byte[] info = {0, 0, 0, 2, 1, 2, 0, 0, 0, 1, 3};
    assertThat(one).isNotEqualTo(other).isEqualTo(Hkdf.derive(new byte[32], new byte[0], info, 32));
  }
}
