// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.ProtocolException;
import io.heddle.ot.KkrtSender;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.kkrt.KkrtTaskMessage.NameBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.RowBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.TagBlobs;
import io.heddle.psi.shared.IdProgress;
import io.heddle.psi.shared.PsiTerms;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The one of two parties that does not compare, where tasks have the ids: as {@link KkrtPsiSender}
 * where both learn. See {@link KkrtTaskReceiver}.
 */
public final class KkrtTaskSender {
  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;

  /**
   * @param terms under which both learn
   * @param randomness from this party's own session secret, known to no peer
   */
  public KkrtTaskSender(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Runs the protocol with the receiver.
   *
   * @param theirSize how many ids the receiver has said it has
   */
  public TaskResult run(Channel channel, PartyId receiver, TaskInput input, int theirSize) {
    TaskRun run = TaskRun.begin(channel, receiver, false, terms, randomness, input, theirSize);
    KkrtSender function =
        KkrtSender.open(channel, receiver, run.run().use(), randomness, run.run().coin());
    TaskState begun =
        TaskState.begun(
            input.facts(), theirSize, run.run().coin(), run.run().ownInput(), function.state());
    return run(channel, receiver, run, function, input, begun);
  }

  /**
   * Goes on with a run that was broken off, or had ended.
   *
   * @param kept what the step kept
   * @throws io.heddle.error.CheckpointException if that was with other ids
   */
  public TaskResult goOn(Channel channel, PartyId receiver, TaskInput input, byte[] kept) {
    TaskState state = TaskState.read(kept, input.facts());
    TaskRun run = TaskRun.restored(channel, receiver, false, terms, randomness, input, state);
    if (state.isSettled()) {
      return TaskResult.restored(state, new HashNames(run.run().items(), run.nameWidth()));
    }
    KkrtSender function =
        KkrtSender.restored(
            channel, run.run().use(), randomness, run.run().coin(), state.transfers());
    return run(channel, receiver, run, function, input, state);
  }

  private TaskResult run(
      Channel channel,
      PartyId receiver,
      TaskRun run,
      KkrtSender function,
      TaskInput input,
      TaskState from) {
    run.arm(function.toBytes());
    IdProgress done = run.partitions().begin(progress, input.facts().count(), from.done());
    TaskState reached = from;
    int count = run.partitions().count();
    for (int first = from.done(); first < count; first = run.groupEnd(first)) {
      sendTags(channel, receiver, run, first, done);
      reached = from.after(run.groupEnd(first), List.of());
      run.commit(reached);
    }
    int most = Math.min(from.theirIds(), input.facts().count());
    int common = PsiTerms.receiveCommon(channel, receiver, most);
    terms.checkIntersection(channel, receiver, common);
    List<SenderTasks.Found> found = receiveNames(channel, receiver, run, common);
    run.disarm();
    done.end();
    return TaskResult.of(
        terms.binding(),
        reached,
        new HashNames(run.run().items(), run.nameWidth()),
        found.stream().map(SenderTasks.Found::places).toList(),
        found.stream().map(SenderTasks.Found::digest).toList());
  }

  private static void sendTags(
      Channel channel, PartyId receiver, TaskRun run, int first, IdProgress done) {
    Pieces rows = ReceiverTasks.rows(run.partitions());
    int end = run.groupEnd(first);
    List<byte[][]> names = run.receive(RowBlobs.class, first, end, rows.bytes(), rows.count());
    List<PartitionTask> tasks = new ArrayList<>();
    for (int partition = first; partition < end; partition++) {
      tasks.add(run.task(partition, names.get(partition - first), new BitSet()));
    }
    done.advance((long) run.partitions().bins() * tasks.size());
    long bytes = KkrtSizes.HASHES * ReceiverTasks.tags(run.partitions()).bytes();
    int partition = first;
    for (byte[][] tags : run.work(first, tasks, SenderTasks::tags)) {
      channel.send(receiver, new TagBlobs(partition++, bytes, tags));
    }
    done.advance((long) KkrtSizes.HASHES * run.partitions().senderIds() * tasks.size());
  }

  private static List<SenderTasks.Found> receiveNames(
      Channel channel, PartyId receiver, TaskRun run, int common) {
    List<SenderTasks.Found> found = new ArrayList<>();
    int left = common;
    int count = run.partitions().count();
    for (int first = 0; first < count; first = run.groupEnd(first)) {
      List<SenderTasks.NamedTask> tasks = new ArrayList<>();
      for (int partition = first; partition < run.groupEnd(first); partition++) {
        NameBlobs names = channel.receive(receiver, NameBlobs.class);
        run.requireDue(names, partition);
        int here = count(receiver, run, names, Math.min(left, run.ids(partition)));
        left -= here;
        run.take(names);
        tasks.add(
            new SenderTasks.NamedTask(run.task(partition, names.digests(), new BitSet()), here));
      }
      found.addAll(run.work(first, tasks, SenderTasks::find));
    }
    if (left != 0) {
      throw new ProtocolException(
          (common - left) + " names from " + receiver + ": must be " + common);
    }
    return found;
  }

  /** How many names a message is about. */
  private static int count(PartyId receiver, TaskRun run, NameBlobs names, int most) {
    long count = names.bytesBeside() / run.nameWidth();
    if (count > most
        || count * run.nameWidth() != names.bytesBeside()
        || names.digests().length != Pieces.ofShort((int) count, run.nameWidth()).count()) {
      throw new ProtocolException(
          names.digests().length
              + " blobs of "
              + names.bytesBeside()
              + " bytes from "
              + receiver
              + ": must be at most "
              + most
              + " names of "
              + run.nameWidth()
              + " bytes, in as few blobs as they fit into");
    }
    return (int) count;
  }
}
