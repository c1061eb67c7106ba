// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.spark.session.AlignedIds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

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
  public static KeyedSplit of(long seed, double testFraction, AlignedIds ids) {
    if (!(testFraction >= 0 && testFraction <= 1)) {
      throw new IllegalArgumentException(
          "Invalid test fraction " + testFraction + ": must be 0 to 1");
    }
    BitSet test = ids.which(new IsTest(seed, testFraction));
    return new KeyedSplit(
        IntStream.range(0, ids.size()).filter(i -> !test.get(i)).toArray(),
        test.stream().toArray());
  }

  /** Whether a row is a test row, by its id. */
  private static final class IsTest implements AlignedIds.Test {
    private static final long serialVersionUID = 1L;

    private final long seed;
    private final double testFraction;
    private transient @Nullable Mac mac;

    IsTest(long seed, double testFraction) {
      this.seed = seed;
      this.testFraction = testFraction;
    }

    @Override
    public boolean test(byte[] id) {
      Mac keyed = mac;
      if (keyed == null) {
        keyed = keyed();
        mac = keyed;
      }
      long bits = ByteBuffer.wrap(keyed.doFinal(id)).getLong() >>> 11;
      return bits * 0x1p-53 < testFraction;
    }

    private Mac keyed() {
      try {
        Mac made = Mac.getInstance("HmacSHA256");
        made.init(
            new SecretKeySpec(
                ByteBuffer.allocate(20)
                    .put("heddle split".getBytes(StandardCharsets.US_ASCII))
                    .putLong(seed)
                    .array(),
                "HmacSHA256"));
        return made;
      } catch (GeneralSecurityException e) {
        throw new AssertionError("Every Java platform has HMAC-SHA256", e);
      }
    }
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
