// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Parts aligned rows into training and test rows by a keyed hash of the id, so that all parties
 * find the same parts without a message, whatever order their tables have.
 *
 * @param test aligned indices of the test rows, ascending
 * @param train aligned indices of the others, ascending
 */
public record KeyedSplit(int[] train, int[] test) {
  /**
   * A row is a test row where HMAC-SHA256(seed, id), read as a fraction of 2^53 from its first
   * bits, is less than {@code testFraction}.
   *
   * @param seed the job's seed, the same at every party; not secret
   * @param testFraction 0 to 1
   * @param ids the normalised ids in aligned order
   */
  public static KeyedSplit of(long seed, double testFraction, List<byte[]> ids) {
    if (!(testFraction >= 0 && testFraction <= 1)) {
      throw new IllegalArgumentException(
          "Invalid test fraction " + testFraction + ": must be 0 to 1");
    }
    Mac mac;
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(
          new SecretKeySpec(
              ByteBuffer.allocate(20)
                  .put("heddle split".getBytes(StandardCharsets.US_ASCII))
                  .putLong(seed)
                  .array(),
              "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("Every Java platform has HMAC-SHA256", e);
    }
    boolean[] test = new boolean[ids.size()];
    for (int i = 0; i < test.length; i++) {
      long bits = ByteBuffer.wrap(mac.doFinal(ids.get(i))).getLong() >>> 11;
      test[i] = bits * 0x1p-53 < testFraction;
    }
    return new KeyedSplit(
        IntStream.range(0, test.length).filter(i -> !test[i]).toArray(),
        IntStream.range(0, test.length).filter(i -> test[i]).toArray());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyedSplit that
        && Arrays.equals(train, that.train)
        && Arrays.equals(test, that.test);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(train) + Arrays.hashCode(test);
  }
}
