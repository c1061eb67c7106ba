// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.paillier;

import io.heddle.crypto.Cores;
import io.heddle.crypto.kernel.FixedBase;
import io.heddle.crypto.kernel.Residues;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/**
 * The costly part of encryptions, {@code hs^r}, made before the plaintexts are there: while the
 * party waits for its peers. Each piece of noise is used once and forgotten.
 *
 * <p>Its exponents come from a {@link SecureRandom} and cannot be made again: it is for messages
 * that are made once and kept until they are no longer needed, not for tasks that may be repeated.
 * Safe for use by several threads.
 */
public final class PreparedNoise {
  private static final int BATCH = 64;

  private final PaillierPublicKey key;
  private final SecureRandom random;
  private final int capacity;
  private final Deque<Residues> batches = new ArrayDeque<>();
  private int held;
  private int coming;

  /**
   * Empty at first.
   *
   * @param capacity how many encryptions it can prepare; one takes a third more memory than its
   *     ciphertext
   */
  public PreparedNoise(PaillierPublicKey key, SecureRandom random, int capacity) {
    if (capacity < 1) {
      throw new IllegalArgumentException("Invalid capacity " + capacity + ": must be at least 1");
    }
    this.key = key;
    this.random = random;
    this.capacity = capacity;
  }

  /** How many encryptions are prepared. */
  public synchronized int available() {
    return held;
  }

  /**
   * Prepares one batch more unless that many are there already: called again and again while there
   * is nothing else to do.
   *
   * @return whether there may be more to do
   */
  public boolean topUp() {
    int count;
    synchronized (this) {
      count = Math.min(BATCH, capacity - held - coming);
      if (count <= 0) {
        return false;
      }
      coming += count;
    }
    try {
      Residues fresh = make(count);
      synchronized (this) {
        batches.addLast(fresh);
        held += count;
        return held < capacity;
      }
    } finally {
      synchronized (this) {
        coming -= count;
      }
    }
  }

  /** Noise for {@code count} encryptions: what is prepared, and for the rest fresh. */
  Residues take(PaillierPublicKey asking, int count) {
    if (!asking.equals(key)) {
      throw new IllegalArgumentException(
          "Noise prepared for key " + key.name() + " used with key " + asking.name());
    }
    List<Residues> taken = new ArrayList<>();
    int missing = count;
    synchronized (this) {
      while (missing > 0 && !batches.isEmpty()) {
        Residues batch = batches.removeFirst();
        int used = Math.min(missing, batch.size());
        taken.add(batch.slice(0, used));
        if (used < batch.size()) {
          batches.addFirst(batch.slice(used, batch.size()));
        }
        missing -= used;
        held -= used;
      }
    }
    if (missing > 0) {
      taken.add(make(missing));
    }
    return key.arithmetic().concat(taken);
  }

  private Residues make(int count) {
    FixedBase powers = key.noise();
    int width = key.randomnessBytes();
    byte[] exponents = new byte[Math.multiplyExact(count, width)];
    random.nextBytes(exponents);
    List<Residues> pieces =
        Cores.pieces(
            count,
            (from, to) ->
                powers.powers(Arrays.copyOfRange(exponents, from * width, to * width), width));
    return key.arithmetic().concat(pieces);
  }

  @Override
  public String toString() {
    return "PreparedNoise[" + available() + " of " + capacity + " under key " + key.name() + "]";
  }
}
