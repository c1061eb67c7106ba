// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.ot.JointCoin;
import io.heddle.ot.OtUse;
import io.heddle.party.PartyId;
import io.heddle.psi.shared.IdHash;
import io.heddle.psi.shared.PsiTerms;
import java.nio.charset.StandardCharsets;

/**
 * What one party of a run has when its coin is tossed. Whatever it draws from then on follows from
 * the session's secret, the step, its ids and the coin: where any of them is another, nothing that
 * hid an id before hides another one.
 */
final class KkrtRun {
  /** Tells items from other hashes of ids. */
  static final String ITEM = "HEDDLE-PSI-V01-KKRT-ITEM";

  private static final int SECRET_BYTES = 32;
  private static final int DIGEST_BYTES = 32;
  private static final int MOST_PATH_BYTES = 1024;

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

  /**
   * Tosses the coin with the peer, now that both have said how many ids they have.
   *
   * @param ids the digest of all that this party puts in
   */
  static KkrtRun toss(
      Channel step, PartyId peer, PsiTerms terms, PrivateRandomness randomness, byte[] ids) {
    OtUse use = new OtUse(terms.binding(), 1, ids);
    return restored(step, terms, randomness, ids, JointCoin.toss(step, peer, use, randomness));
  }

  /** The same with the coin that was tossed before this party was started again. */
  static KkrtRun restored(
      Channel step, PsiTerms terms, PrivateRandomness randomness, byte[] ids, byte[] coin) {
    return new KkrtRun(
        randomness,
        step.path().getBytes(StandardCharsets.UTF_8),
        terms.binding(),
        coin,
        Sha256.of(ids, coin));
  }

  /**
   * The same where what goes in is known more closely once the coin is tossed: all that is drawn
   * from now on hangs on that too.
   *
   * @param digest of the ids as they were dealt out
   */
  KkrtRun with(byte[] digest) {
    return new KkrtRun(randomness, path, binding, coin, Sha256.of(ownInput, digest));
  }

  /** What everything that is drawn hangs on; shown to nobody. */
  byte[] ownInput() {
    return ownInput;
  }

  /** For this party's tasks, which draw from a secret of this run's own. Secret. */
  void write(WireWriter out) {
    byte[] secret = new byte[SECRET_BYTES];
    own("psi/kkrt tasks", new byte[0]).fill(0, secret);
    out.writeRaw(secret);
    out.writeBytes(path);
    out.writeRaw(binding);
    out.writeRaw(coin);
    out.writeRaw(ownInput);
  }

  static KkrtRun read(WireReader in) {
    byte[] secret = in.readRaw(SECRET_BYTES);
    byte[] path = in.readBytes(MOST_PATH_BYTES);
    return new KkrtRun(
        (purpose, context) -> Randomness.derive(secret, purpose, context),
        path,
        in.readRaw(DIGEST_BYTES),
        in.readRaw(JointCoin.BYTES),
        in.readRaw(DIGEST_BYTES));
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
    return new IdHash(ITEM, binding, coin);
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
