// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Blobs;
import io.heddle.crypto.Sha256;
import io.heddle.error.DataException;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.tasks.IdKey;
import java.io.Serializable;
import java.security.MessageDigest;
import java.util.BitSet;
import java.util.function.Function;

/**
 * The work on one partition as a task is given it: names and digests, nothing secret.
 *
 * @param key of the digests of ids
 * @param secrets names the {@link TaskSecrets}
 * @param number of the partition
 * @param ids the keyed digest of its ids
 * @param theirs names what the peer has put for it
 * @param common the places of the common ids, where they are known
 */
record PartitionTask(
    IdKey key, byte[] secrets, int number, byte[] ids, byte[][] theirs, BitSet common)
    implements Serializable {
  /** Tells the hash of a partition from that of an id, which has no 33 bytes of these. */
  private static final byte PARTITION = 1;

  Blobs blobs() {
    return key.blobs();
  }

  /** What all tasks of this process need, parsed once. */
  <T> T shared(Function<byte[], T> parser) {
    return blobs().shared(secrets, TaskSecrets.MOST_BYTES, parser);
  }

  /**
   * How many ids a partition has, and their digest.
   *
   * @param digest 32 bytes that other ids do not have
   */
  record Facts(int count, byte[] digest) implements Serializable {}

  /** The kernel of these. */
  static Facts facts(IdList ids, IdKey key) {
    byte[] digest = Sha256.of(new byte[] {PARTITION}, ids.digest());
    return new Facts(ids.size(), key.hasher().hash(digest, 0, digest.length));
  }

  /**
   * Refuses other ids than those that the run began with: under one mask they would show the peer
   * how they differ.
   */
  void requireSame(IdList now) {
    if (!MessageDigest.isEqual(ids, facts(now, key).digest())) {
      throw new DataException(
          "The ids of partition "
              + number
              + " are not those that the run began with: the table must not change meanwhile, and"
              + " must say the same each time it is read");
    }
  }
}
