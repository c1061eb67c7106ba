// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.kkrt.KkrtTaskReceiver;
import io.heddle.psi.kkrt.KkrtTaskSender;
import io.heddle.psi.kkrt.TaskInput;
import io.heddle.psi.kkrt.TaskOffers;
import io.heddle.psi.kkrt.TaskResult;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.tasks.IdTasks;
import io.heddle.psi.tasks.OwnIds;
import org.jspecify.annotations.Nullable;

/** One party's side of an alignment of two that its tasks could make. */
final class IntersectionInTasks {
  private final Channel step;
  private final PartyId receiver;
  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final OwnIds own;
  private final TaskInput input;
  private final Progress progress;

  private IntersectionInTasks(
      Channel step,
      PartyId receiver,
      PsiTerms terms,
      PrivateRandomness randomness,
      OwnIds own,
      TaskInput input,
      Progress progress) {
    this.step = step;
    this.receiver = receiver;
    this.terms = terms;
    this.randomness = randomness;
    this.own = own;
    this.input = input;
    this.progress = progress;
  }

  /** Counts the ids; null where this party has no tasks, or they reach no store of the peer's. */
  static @Nullable IntersectionInTasks of(
      Channel step,
      PartyId receiver,
      PsiTerms terms,
      PrivateRandomness randomness,
      OwnIds own,
      Progress progress) {
    IdTasks tasks = own.tasks();
    Blobs blobs = tasks == null || mayNotRun(terms) ? null : step.blobs(Long.MAX_VALUE);
    if (tasks == null || blobs == null) {
      return null;
    }
    TaskInput input = TaskInput.of(step, blobs, randomness, tasks);
    return new IntersectionInTasks(step, receiver, terms, randomness, own, input, progress);
  }

  private static boolean mayNotRun(PsiTerms terms) {
    return !terms.semiHonest()
        || (terms.protocol() != PsiProtocol.AUTO && terms.protocol() != PsiProtocol.KKRT);
  }

  /** How many ids this party has. */
  int count() {
    return input.facts().count();
  }

  /** Whether so much is to go beside the links. */
  boolean reaches(int theirs) {
    return step.blobs(TaskOffers.bytes(terms, receives(), count(), theirs)) != null;
  }

  private boolean receives() {
    return step.self().equals(receiver);
  }

  /** For a run in this process after all. */
  SortedIds collect() {
    SortedIds sorted = SortedIds.of(own.collect());
    input.requireCount(sorted.ids().size());
    input.close(step);
    return sorted;
  }

  /**
   * Runs with the peer, whose tasks do too.
   *
   * @param theirs how many ids it has said it has
   */
  DealtAlignment run(int theirs) {
    PartyId peer = step.peers().first();
    return settle(
        receives()
            ? new KkrtTaskReceiver(terms, randomness, progress).run(step, peer, input, theirs)
            : new KkrtTaskSender(terms, randomness, progress).run(step, peer, input, theirs));
  }

  /** Goes on with such a run. */
  DealtAlignment goOn(byte[] kept) {
    PartyId peer = step.peers().first();
    return settle(
        receives()
            ? new KkrtTaskReceiver(terms, randomness, progress).goOn(step, peer, input, kept)
            : new KkrtTaskSender(terms, randomness, progress).goOn(step, peer, input, kept));
  }

  private DealtAlignment settle(TaskResult found) {
    if (!found.isSettled()) {
      AlignmentCheck.run(step, receiver, found.rows(), found.digest());
      terms.record().end(found.rows());
      found.settle(step);
    }
    input.close(step);
    return new DealtAlignment(
        found.common(),
        found.digests(),
        found.names(),
        found.rows(),
        found.digest(),
        PsiProtocol.KKRT);
  }
}
