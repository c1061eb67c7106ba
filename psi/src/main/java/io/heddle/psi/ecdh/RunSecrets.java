// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.Shuffle;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What one party keeps to itself in one run: what it blinds with and the orders in which it passes
 * lists on. All of it follows from the party's session secret, the step's path and the bytes that
 * go in, so a repeated step repeats its messages, and other ids never meet the same scalar. Peers
 * learn nothing of it.
 */
public final class RunSecrets {
  private final PrivateRandomness randomness;
  private final byte[] path;
  private final byte[] idsDigest;
  private final int ids;

  /**
   * @param ids this party's, in an order that does not depend on where they came from
   */
  RunSecrets(PrivateRandomness randomness, Channel step, List<byte[]> ids) {
    this(randomness, step.path(), ids);
  }

  /**
   * The same of a step that may not have begun.
   *
   * @param path its {@link Channel#path}
   */
  public RunSecrets(PrivateRandomness randomness, String path, List<byte[]> ids) {
    this.randomness = randomness;
    this.path = path.getBytes(StandardCharsets.UTF_8);
    idsDigest = IdList.of(ids).digest();
    this.ids = ids.size();
  }

  /** The scalar; the caller overwrites it after use. */
  byte[] scalar() {
    byte[] bytes = new byte[Curve25519.POINT_BYTES];
    randomness.derive("psi/scalar", path, idsDigest).fill(0, bytes);
    byte[] scalar = Curve25519.scalarOf(bytes);
    Arrays.fill(bytes, (byte) 0);
    return scalar;
  }

  /**
   * For each place in the order of this party's own list, 32 bytes that blind the item there.
   *
   * @param use what tells the points that are blinded from any others of the same ids: two points
   *     under the same bytes would show their difference
   */
  public Randomness blinding(byte[] use) {
    return randomness.derive("psi/oprf blinding", path, use, idsDigest);
  }

  /** The order of this party's own list. */
  public Shuffle ownOrder() {
    return new Shuffle(ids, orderOf(0, idsDigest));
  }

  /**
   * The order of a list that others have shuffled before.
   *
   * @param hop how many places before this party the list began, from 1
   * @param points the list, as it goes in
   */
  Shuffle order(int hop, byte[] points) {
    return new Shuffle(points.length / Curve25519.POINT_BYTES, orderOf(hop, Sha256.of(points)));
  }

  private Randomness orderOf(int hop, byte[] inputDigest) {
    byte[] place = ByteBuffer.allocate(Integer.BYTES).putInt(hop).array();
    return randomness.derive("psi/shuffle", path, place, inputDigest);
  }
}
