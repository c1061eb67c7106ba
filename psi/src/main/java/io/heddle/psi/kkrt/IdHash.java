// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.crypto.Sha256;
import io.heddle.psi.ids.IdList;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.stream.IntStream;

/** SHA-256 over ids, under the coin of one run. The peer knows it, so this is no secret. */
final class IdHash implements Serializable {
  private static final long serialVersionUID = 1L;

  // With this and an id of up to 39 bytes SHA-256 takes one round.
  private static final int PREFIX_BYTES = 16;
  private static final int DIGEST_BYTES = 32;
  private static final int PIECE = 4096;
  private static final byte[] NAME = "HEDDLE-PSI-V01-KKRT-ITEM".getBytes(StandardCharsets.US_ASCII);

  private final byte[] prefix;

  IdHash(byte[] binding, byte[] coin) {
    prefix = Arrays.copyOf(Sha256.of(NAME, binding, coin), PREFIX_BYTES);
  }

  /**
   * The first bytes of each id's hash, over all cores.
   *
   * @param width bytes of each
   */
  byte[] of(IdList ids, int width) {
    return of(ids, 0, width);
  }

  /**
   * Some bytes of each id's hash, over all cores.
   *
   * @param first the first one of them
   * @param width bytes of each
   */
  byte[] of(IdList ids, int first, int width) {
    int count = ids.size();
    byte[] flat = new byte[Math.multiplyExact(count, width)];
    IntStream.range(0, (count + PIECE - 1) / PIECE)
        .parallel()
        .forEach(
            piece ->
                write(
                    ids, piece * PIECE, Math.min(count, (piece + 1) * PIECE), first, width, flat));
    return flat;
  }

  /** The whole hash of one id. */
  byte[] of(byte[] id) {
    return Sha256.of(prefix, id);
  }

  private void write(IdList ids, int from, int to, int first, int width, byte[] flat) {
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
      System.arraycopy(digest, first, flat, i * width, width);
    }
  }
}
