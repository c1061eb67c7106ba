// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.ot.JointCoin;
import io.heddle.ot.OtUse;
import io.heddle.party.PartyId;
import io.heddle.psi.shared.IdHash;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.vole.VoleUse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What one party of a run has when its coin is tossed. Whatever it draws from then on follows from
 * the session's secret, the step, its ids and the coin: where any of them is another, nothing that
 * hid an id before hides another one.
 */
final class Rr22Run {
  private static final String ITEM = "HEDDLE-PSI-V01-RR22-ITEM";
  private static final byte[] TAG = "HEDDLE-PSI-V01-RR22-TAG".getBytes(StandardCharsets.US_ASCII);
  private static final int TAG_BINDING_BYTES = 16;

  private final PrivateRandomness randomness;
  private final byte[] path;
  private final byte[] binding;
  private final byte[] coin;
  private final byte[] ownInput;

  private Rr22Run(
      PrivateRandomness randomness, byte[] path, byte[] binding, byte[] coin, byte[] ownInput) {
    this.randomness = randomness;
    this.path = path;
    this.binding = binding;
    this.coin = coin;
    this.ownInput = ownInput;
  }

  /**
   * Tosses the coin with the peer, now that both have said how many ids they have.
   *
   * @param ids the digest of all that this party puts in
   */
  static Rr22Run toss(
      Channel step, PartyId peer, PsiTerms terms, PrivateRandomness randomness, byte[] ids) {
    OtUse use = new OtUse(terms.binding(), 1, ids);
    return restored(step, terms, randomness, ids, JointCoin.toss(step, peer, use, randomness));
  }

  /** The same with the coin that was tossed before this party was started again. */
  static Rr22Run restored(
      Channel step, PsiTerms terms, PrivateRandomness randomness, byte[] ids, byte[] coin) {
    return new Rr22Run(
        randomness,
        step.path().getBytes(StandardCharsets.UTF_8),
        terms.binding(),
        coin,
        Sha256.of(ids, coin));
  }

  byte[] coin() {
    return coin;
  }

  /** Makes items of ids and deals these out. */
  IdHash items() {
    return new IdHash(ITEM, binding, coin);
  }

  /** For the vector OLE of a partition. */
  VoleUse vole(int partition) {
    return new VoleUse(binding, partition, ownInput, coin);
  }

  /** What all tags of a partition have in them. */
  byte[] tagBinding(int partition) {
    byte[] number = ByteBuffer.allocate(Integer.BYTES).putInt(partition).array();
    return Arrays.copyOf(Sha256.of(TAG, binding, coin, number), TAG_BINDING_BYTES);
  }

  /**
   * The sender's order of a partition's list.
   *
   * @param size of the list
   */
  int[] order(int partition, int size) {
    byte[] number = ByteBuffer.allocate(Integer.BYTES).putInt(partition).array();
    return SecretOrder.of(size, own("psi/rr22 order", number));
  }

  /** What fills a partition's list up. */
  byte[] padding(int partition, int bytes) {
    byte[] padding = new byte[bytes];
    own("psi/rr22 padding", new byte[0]).fill(partition, padding);
    return padding;
  }

  private Randomness own(String purpose, byte[] input) {
    return randomness.derive(purpose, path, ownInput, input);
  }
}
