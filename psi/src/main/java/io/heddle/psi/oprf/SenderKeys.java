// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.checkpoint.OwnDirectory;
import io.heddle.config.PartyConfig;
import io.heddle.error.CheckpointException;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A sender's keys on its disk, one for each peer at a time. A set that has changed takes a new key,
 * for two lists under one key would show how many ids left and came, and let the peer look for the
 * ids of earlier questions in the new list without asking. The count of questions goes on until the
 * first key would have expired, whatever sets follow each other until then.
 */
final class SenderKeys {
  private final OwnDirectory directory;
  private final byte[] fileKey;
  private final PartyConfig.Oprf settings;
  private final InstantSource clock;

  /**
   * @param fileKey 32 bytes under which the files are sealed
   */
  SenderKeys(
      OwnDirectory directory, byte[] fileKey, PartyConfig.Oprf settings, InstantSource clock) {
    this.directory = directory;
    this.fileKey = fileKey;
    this.settings = settings;
    this.clock = clock;
  }

  private static String name(String fingerprint) {
    return "key-" + Peers.fileName(fingerprint);
  }

  /**
   * The key for a set: that of an earlier run, if it is of this set and has not expired; else a new
   * one, which is on the disk when this returns.
   *
   * @param fingerprint the peer's
   * @param fresh the scalar of a new key; not copied
   * @throws CheckpointException if the file cannot be used
   */
  SetKey forSet(String fingerprint, int ids, byte[] idsDigest, byte[] fresh) {
    return directory.locked(
        () -> {
          SetKey last = read(fingerprint);
          long now = clock.instant().getEpochSecond();
          long latest = now + settings.keyLifetime().toSeconds();
          int width = KeyTerms.width(ids, settings.maxQueries());
          boolean alive = last != null && last.terms().expiry() > now;
          if (last != null
              && alive
              && last.terms().expiry() <= latest
              && last.isOf(ids, idsDigest)
              && last.terms().width() >= width) {
            return last;
          }
          SetKey next =
              last != null && alive
                  ? SetKey.of(
                      fresh,
                      Math.min(latest, last.terms().expiry()),
                      ids,
                      width,
                      idsDigest,
                      last.asked())
                  : SetKey.of(fresh, latest, ids, width, idsDigest, 0);
          write(fingerprint, next);
          return next;
        });
  }

  /**
   * Counts a peer's questions, on the disk, before the first is answered.
   *
   * @param use what tells this step from every other one
   * @throws PrivacyException if the peer asks for more ids than it may; nothing is counted
   * @throws CheckpointException if the key is not the peer's any more
   */
  void charge(String fingerprint, String peer, SetKey key, int queries, byte[] use) {
    directory.locked(
        () -> {
          SetKey last = read(fingerprint);
          if (last == null || !last.terms().isSame(key.terms())) {
            throw new CheckpointException(
                "The key for "
                    + peer
                    + " in "
                    + directory.file(name(fingerprint))
                    + " has been replaced since this run began: begin anew");
          }
          if (queries == 0 || Arrays.equals(last.lastUse(), use)) {
            return key;
          }
          if (last.asked() + queries > settings.maxQueries()) {
            throw new PrivacyException(
                "Questions of "
                    + peer
                    + " for "
                    + queries
                    + " ids refused: it has asked for "
                    + last.asked()
                    + " and may for "
                    + settings.maxQueries()
                    + " until "
                    + Instant.ofEpochSecond(last.terms().expiry())
                    + ", by this party's own psi.oprf.max-queries");
          }
          write(fingerprint, last.after(queries, use));
          return key;
        });
  }

  private @Nullable SetKey read(String fingerprint) {
    String name = name(fingerprint);
    byte[] bytes = directory.readSealed(name, fileKey);
    if (bytes == null) {
      return null;
    }
    try {
      return SetKey.read(bytes);
    } catch (ProtocolException e) {
      throw new CheckpointException(
          "Cannot use the file "
              + directory.file(name)
              + ": another version of the program wrote it; delete it to begin anew",
          e);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  private void write(String fingerprint, SetKey key) {
    byte[] bytes = key.toBytes();
    directory.writeSealed(name(fingerprint), fileKey, bytes);
    Arrays.fill(bytes, (byte) 0);
  }
}
