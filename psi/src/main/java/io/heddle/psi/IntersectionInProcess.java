// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.EcdhReceiver;
import io.heddle.psi.ecdh.EcdhRing;
import io.heddle.psi.ecdh.EcdhSender;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.kkrt.KkrtPsiReceiver;
import io.heddle.psi.kkrt.KkrtPsiSender;
import io.heddle.psi.oprf.Oprf;
import io.heddle.psi.rr22.Rr22Receiver;
import io.heddle.psi.rr22.Rr22Sender;
import io.heddle.psi.rr22.Rr22State;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.SharedMessage.SetSize;
import org.jspecify.annotations.Nullable;

/**
 * One party's side of an intersection that this process makes over all ids, by the protocol that
 * the terms, the parties' number and the sizes of their sets call for.
 */
final class IntersectionInProcess {
  private final Channel step;
  private final PartyId receiver;
  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;
  private final boolean receives;

  IntersectionInProcess(
      Channel step,
      PartyId receiver,
      PsiTerms terms,
      PrivateRandomness randomness,
      Progress progress) {
    this.step = step;
    this.receiver = receiver;
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
    receives = step.self().equals(receiver);
  }

  /**
   * What a run came to.
   *
   * @param places the common ids' places in byte order, if this party learned them
   * @param common how many ids are common, -1 if this party did not learn it
   * @param protocol what found them
   */
  record Found(int[] places, int common, PsiProtocol protocol) {}

  /**
   * Runs it from the start, or from where it was broken off.
   *
   * @param ids in byte order
   * @param oprf the means for a sender's side that is kept; null where none is
   * @throws IllegalArgumentException if the receiver is none of the parties, or means are missing
   */
  Found run(IdList ids, @Nullable Oprf oprf) {
    if (step.peers().isEmpty() || !(receives || step.peers().contains(receiver))) {
      throw new IllegalArgumentException(
          "Invalid receiver " + receiver + ": must be one of two or more parties");
    }
    if (oprf != null) {
      return found(
          oprf.run(step, receiver, terms, randomness, ids, progress), PsiProtocol.ECDH_OPRF);
    }
    if (terms.protocol() == PsiProtocol.ECDH_OPRF) {
      throw new IllegalArgumentException("No means for ecdh-oprf given");
    }
    int parties = step.peers().size() + 1;
    if (parties > 2) {
      // Refuses what is for two only; what the others have does not matter.
      PsiProtocol ring = ProtocolChoice.of(terms.protocol(), parties, false, 0, 0);
      EcdhRing.Found found = new EcdhRing(terms, randomness, progress).run(step, receiver, ids);
      return new Found(found.rows(), found.common(), ring);
    }
    byte[] kept = step.restored();
    if (kept != null) {
      // What is kept of a step before its end is of a run in partitions that is on the record.
      return goOn(ids, kept);
    }
    PartyId peer = step.peers().first();
    SetSize theirs = terms.exchange(step, peer, ids.size());
    return runTwo(ids, theirs.ids(), begin(ids.size(), theirs));
  }

  /** Chooses what two parties run, who know each other's sizes, and puts it on the record. */
  PsiProtocol begin(int ids, SetSize theirs) {
    PsiProtocol protocol =
        ProtocolChoice.of(
            terms.protocol(), 2, terms.semiHonest() && theirs.semiHonest(), ids, theirs.ids());
    terms.record().begin(protocol, ids, step.peers().first(), theirs.ids());
    return protocol;
  }

  /** Between two parties, from when they know what they run. */
  Found runTwo(IdList ids, int theirs, PsiProtocol protocol) {
    PartyId peer = step.peers().first();
    return found(
        switch (protocol) {
          case KKRT ->
              receives
                  ? new KkrtPsiReceiver(terms, randomness, progress).run(step, peer, ids, theirs)
                  : new KkrtPsiSender(terms, randomness, progress).run(step, peer, ids, theirs);
          case RR22 ->
              receives
                  ? new Rr22Receiver(terms, randomness, progress).run(step, peer, ids, theirs)
                  : new Rr22Sender(terms, randomness, progress).run(step, peer, ids, theirs);
          case ECDH ->
              receives
                  ? new EcdhReceiver(terms, randomness, progress).run(step, peer, ids, theirs)
                  : new EcdhSender(terms, randomness, progress).run(step, peer, ids, theirs);
          case AUTO, ECDH_OPRF -> throw new AssertionError("Not chosen by sizes: " + protocol);
        },
        protocol);
  }

  /** Goes on with a run that was broken off. */
  private Found goOn(IdList ids, byte[] kept) {
    PartyId peer = step.peers().first();
    if (Rr22State.isOne(kept)) {
      return found(
          receives
              ? new Rr22Receiver(terms, randomness, progress).goOn(step, peer, ids, kept)
              : new Rr22Sender(terms, randomness, progress).goOn(step, peer, ids, kept),
          PsiProtocol.RR22);
    }
    return found(
        receives
            ? new KkrtPsiReceiver(terms, randomness, progress).goOn(step, peer, ids, kept)
            : new KkrtPsiSender(terms, randomness, progress).goOn(step, peer, ids, kept),
        PsiProtocol.KKRT);
  }

  /** Of two parties. */
  private Found found(int[] places, PsiProtocol protocol) {
    return new Found(places, receives || terms.allLearn() ? places.length : -1, protocol);
  }
}
