// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.crypto.Sha256;
import io.heddle.psi.ids.IdList;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.stream.IntStream;

/** SHA-256 over ids, under the coin of one run. The peer knows it, so this is no secret. */
public final class IdHash implements Serializable {
  private static final long serialVersionUID = 1L;

  // With this and an id of up to 39 bytes SHA-256 takes one round.
  private static final int PREFIX_BYTES = 16;
  private static final int DIGEST_BYTES = 32;
  private static final int PIECE = 4096;

  private final byte[] prefix;

  /**
   * @param name of the purpose, which no other hash has
   * @param binding of the step
   */
  public IdHash(String name, byte[] binding, byte[] coin) {
    byte[] of = name.getBytes(StandardCharsets.US_ASCII);
    prefix = Arrays.copyOf(Sha256.of(of, binding, coin), PREFIX_BYTES);
  }

  /** What is done with a hash. */
  public interface Sink {
    /**
     * Takes it, on any thread.
     *
     * @param id its place in the list
     * @param hash 32 bytes that are written over afterwards
     */
    void accept(int id, byte[] hash);
  }

  /**
   * The first bytes of each id's hash, over all cores.
   *
   * @param width bytes of each
   */
  public byte[] of(IdList ids, int width) {
    return of(ids, 0, width);
  }

  /**
   * Some bytes of each id's hash, over all cores.
   *
   * @param first the first one of them
   * @param width bytes of each
   */
  public byte[] of(IdList ids, int first, int width) {
    byte[] flat = new byte[Math.multiplyExact(ids.size(), width)];
    each(ids, (i, hash) -> System.arraycopy(hash, first, flat, i * width, width));
    return flat;
  }

  /** The whole hash of each id, over all cores, in any order. */
  public void each(IdList ids, Sink sink) {
    int count = ids.size();
    IntStream.range(0, (count + PIECE - 1) / PIECE)
        .parallel()
        .forEach(piece -> some(ids, piece * PIECE, Math.min(count, (piece + 1) * PIECE), sink));
  }

  /** The whole hash of one id. */
  public byte[] of(byte[] id) {
    return Sha256.of(prefix, id);
  }

  private void some(IdList ids, int from, int to, Sink sink) {
    MessageDigest sha256 = Sha256.newDigest();
    byte[] digest = new byte[DIGEST_BYTES];
    for (int i = from; i < to; i++) {
      sha256.update(prefix);
      sha256.update(ids.bytes(), ids.start(i), ids.length(i));
      try {
        sha256.digest(digest, 0, DIGEST_BYTES);
      } catch (DigestException e) {
        throw new AssertionError("SHA-256 has 32 bytes", e);
      }
      sink.accept(i, digest);
    }
  }
}
