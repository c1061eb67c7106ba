// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.curve25519;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.math.BigInteger;

/** The public vector files, and numbers in the forms in which they stand there. */
final class Vectors {
  static final BigInteger P = BigInteger.ONE.shiftLeft(255).subtract(BigInteger.valueOf(19));

  private Vectors() {}

  static JsonNode read(String name) throws IOException {
    String shared = System.getProperty("heddle.shared");
    File file = new File(shared == null ? "." : shared, "vectors/" + name);
    assumeTrue(file.exists(), "No " + name + " beside the project");
    return new ObjectMapper().readTree(file);
  }

  static BigInteger hex(JsonNode node) {
    return new BigInteger(node.asText().substring(2), 16);
  }

  static BigInteger littleEndian(byte[] bytes) {
    byte[] turned = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      turned[i] = bytes[bytes.length - 1 - i];
    }
    return new BigInteger(1, turned);
  }

  static byte[] littleEndian(BigInteger value) {
    byte[] bytes = new byte[32];
    for (int i = 0; i < 32; i++) {
      bytes[i] = value.shiftRight(8 * i).byteValue();
    }
    return bytes;
  }
}
