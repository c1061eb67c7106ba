// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.ot.JointCoin;
import io.heddle.ot.OtUse;
import io.heddle.party.PartyId;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.PsiTerms;
import java.nio.charset.StandardCharsets;

/**
 * What one party of a run has when its coin is tossed. Whatever it draws from then on follows from
 * the session's secret, the step, its ids and the coin: where any of them is another, nothing that
 * hid an id before hides another one.
 */
final class KkrtRun {
  private final PrivateRandomness randomness;
  private final byte[] path;
  private final byte[] binding;
  private final byte[] coin;
  private final byte[] ownInput;

  private KkrtRun(
      PrivateRandomness randomness, byte[] path, byte[] binding, byte[] coin, byte[] ownInput) {
    this.randomness = randomness;
    this.path = path;
    this.binding = binding;
    this.coin = coin;
    this.ownInput = ownInput;
  }

  /** Tosses the coin with the peer, now that both have said how many ids they have. */
  static KkrtRun toss(
      Channel step, PartyId peer, PsiTerms terms, PrivateRandomness randomness, IdList ids) {
    OtUse use = new OtUse(terms.binding(), 1, ids.digest());
    return restored(step, terms, randomness, ids, JointCoin.toss(step, peer, use, randomness));
  }

  /** The same with the coin that was tossed before this party was started again. */
  static KkrtRun restored(
      Channel step, PsiTerms terms, PrivateRandomness randomness, IdList ids, byte[] coin) {
    return new KkrtRun(
        randomness,
        step.path().getBytes(StandardCharsets.UTF_8),
        terms.binding(),
        coin,
        Sha256.of(ids.digest(), coin));
  }

  byte[] coin() {
    return coin;
  }

  /** For the function's base transfers. */
  OtUse use() {
    return new OtUse(binding, 1, ownInput);
  }

  /**
   * Makes items of ids, deals these out, and gives common ones names, whose order is the
   * alignment's.
   */
  IdHash items() {
    return new IdHash(binding, coin);
  }

  /**
   * What this party draws for a purpose.
   *
   * @param input what else it depends on; may be empty
   */
  Randomness own(String purpose, byte[] input) {
    return randomness.derive(purpose, path, ownInput, input);
  }
}
