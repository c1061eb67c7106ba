// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.checkpoint.OwnDirectory;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.curve25519.Curve25519;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A sender's tags on the receiver's disk, one list for each sender.
 *
 * <p>"HEDDLEOT", 4 bytes format version 1, 32 bytes hash of the sender's key pair, 32 commitment, 8
 * expiry, 4 number of tags, 1 width, the tags, 32 SHA-256 of all before.
 */
final class TagCache {
  /** Why a list that is whole is not used. */
  static final String EXPIRED = "their key has expired";

  private static final byte[] MAGIC = "HEDDLEOT".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;
  private static final int HASH_BYTES = 32;
  private static final int HEADER_BYTES =
      MAGIC.length + 4 + HASH_BYTES + Curve25519.POINT_BYTES + 8 + 4 + 1;
  private static final int MAX_IDS = 1 << 25;
  private static final int MAX_BYTES = HEADER_BYTES + MAX_IDS * KeyTerms.MAX_WIDTH + HASH_BYTES;

  private final OwnDirectory directory;
  private final InstantSource clock;

  TagCache(OwnDirectory directory, InstantSource clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /** What a file held, or why it cannot be used; neither if there is no file. */
  record Found(@Nullable TagList list, @Nullable String fault) {}

  private static String name(String fingerprint) {
    return "tags-" + Peers.fileName(fingerprint);
  }

  /** What is kept of a sender, whole and not expired. */
  Found read(String fingerprint) {
    Found found = readAny(fingerprint);
    TagList list = found.list();
    return list != null && hasExpired(list) ? new Found(null, EXPIRED) : found;
  }

  boolean hasExpired(TagList list) {
    return list.key().expiry() <= clock.instant().getEpochSecond();
  }

  /** What is kept of a sender, expired or not. */
  Found readAny(String fingerprint) {
    String name = name(fingerprint);
    if (!Files.exists(directory.file(name))) {
      return new Found(null, null);
    }
    byte[] bytes = directory.read(name, MAX_BYTES);
    if (bytes == null || bytes.length < HEADER_BYTES + HASH_BYTES) {
      return new Found(null, "the file has an impossible length");
    }
    MessageDigest sha256 = Sha256.newDigest();
    sha256.update(bytes, 0, bytes.length - HASH_BYTES);
    if (!Arrays.equals(
        sha256.digest(), Arrays.copyOfRange(bytes, bytes.length - HASH_BYTES, bytes.length))) {
      return new Found(null, "the file is damaged");
    }
    return parse(bytes, fingerprint);
  }

  private static Found parse(byte[] bytes, String fingerprint) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte[] magic = new byte[MAGIC.length];
    in.get(magic);
    if (!Arrays.equals(magic, MAGIC) || in.getInt() != VERSION) {
      return new Found(null, "the file is of another version");
    }
    byte[] sender = new byte[HASH_BYTES];
    in.get(sender);
    if (!Arrays.equals(sender, Peers.hash(fingerprint))) {
      return new Found(null, "they are of another sender");
    }
    byte[] commitment = new byte[Curve25519.POINT_BYTES];
    in.get(commitment);
    KeyTerms key = new KeyTerms(commitment, in.getLong(), in.getInt(), in.get());
    return key.ids() >= 0
            && key.width() >= KeyTerms.MIN_WIDTH
            && (long) key.ids() * key.width() == bytes.length - HEADER_BYTES - HASH_BYTES
        ? new Found(new TagList(key, bytes, HEADER_BYTES), null)
        : new Found(null, "the file is damaged");
  }

  /** Keeps a list in the place of the one before. */
  void write(String fingerprint, TagList list) {
    KeyTerms key = list.key();
    byte[] header =
        ByteBuffer.allocate(HEADER_BYTES)
            .put(MAGIC)
            .putInt(VERSION)
            .put(Peers.hash(fingerprint))
            .put(key.commitment())
            .putLong(key.expiry())
            .putInt(key.ids())
            .put((byte) key.width())
            .array();
    byte[] tags = list.at() == 0 ? list.bytes() : list.tags();
    directory.write(name(fingerprint), header, tags, Sha256.of(header, tags));
  }
}
