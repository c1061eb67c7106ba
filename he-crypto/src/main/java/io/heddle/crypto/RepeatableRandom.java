// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.security.SecureRandom;
import java.security.SecureRandomSpi;

/**
 * A {@link Randomness} for code that asks for a {@link SecureRandom}: every byte comes from it, so
 * whoever asks in the same order gets the same bytes again. As secret and as hard to guess as the
 * secret behind it.
 *
 * <p>Cannot be seeded, and not written by Java serialisation though its type says so. Safe for use
 * by several threads, but only one gets the same bytes again.
 */
public final class RepeatableRandom extends SecureRandom {
  private static final long serialVersionUID = 1L;

  /**
   * @param source used for nothing else
   */
  public RepeatableRandom(Randomness source) {
    super(new Source(source), null);
  }

  private void writeObject(ObjectOutputStream out) throws NotSerializableException {
    throw new NotSerializableException(RepeatableRandom.class.getName());
  }

  /** What is asked for k-th is what belongs to index k. */
  private static final class Source extends SecureRandomSpi {
    private static final long serialVersionUID = 1L;

    private final transient Randomness source;
    private long next;

    Source(Randomness source) {
      this.source = source;
    }

    @Override
    protected void engineNextBytes(byte[] bytes) {
      source.fill(next++, bytes);
    }

    @Override
    protected byte[] engineGenerateSeed(int count) {
      byte[] seed = new byte[count];
      engineNextBytes(seed);
      return seed;
    }

    @Override
    protected void engineSetSeed(byte[] seed) {
      throw new UnsupportedOperationException("All bytes follow from one secret already");
    }

    @Override
    public String toString() {
      return "RepeatableRandom[secret]";
    }
  }
}
