// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.ProtocolException;
import io.heddle.ot.KkrtReceiver;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.kkrt.KkrtTaskMessage.NameBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.RowBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.TagBlobs;
import io.heddle.psi.shared.IdProgress;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.SharedMessage.IntersectionSize;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * The one of two parties that compares, where tasks have the ids: as {@link KkrtPsiReceiver}, and
 * the sender learns the common ids too. What tasks make goes from store to store; this process
 * sends their names. (docs/protocol.md, section 3.9.)
 */
public final class KkrtTaskReceiver {
  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;

  /**
   * @param terms under which both learn
   * @param randomness from this party's own session secret, known to no peer
   */
  public KkrtTaskReceiver(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Runs the protocol with the sender.
   *
   * @param theirSize how many ids the sender has said it has
   */
  public TaskResult run(Channel channel, PartyId sender, TaskInput input, int theirSize) {
    TaskRun run = TaskRun.begin(channel, sender, true, terms, randomness, input, theirSize);
    KkrtReceiver function =
        KkrtReceiver.open(channel, sender, run.run().use(), randomness, run.run().coin());
    TaskState begun =
        TaskState.begun(
            input.facts(), theirSize, run.run().coin(), run.run().ownInput(), function.state());
    return run(channel, sender, run, function, input, begun);
  }

  /**
   * Goes on with a run that was broken off, or had ended.
   *
   * @param kept what the step kept
   * @throws io.heddle.error.CheckpointException if that was with other ids
   */
  public TaskResult goOn(Channel channel, PartyId sender, TaskInput input, byte[] kept) {
    TaskState state = TaskState.read(kept, input.facts());
    TaskRun run = TaskRun.restored(channel, sender, true, terms, randomness, input, state);
    if (state.isSettled()) {
      return TaskResult.restored(state, new HashNames(run.run().items(), run.nameWidth()));
    }
    KkrtReceiver function =
        KkrtReceiver.restored(channel, run.run().use(), run.run().coin(), state.transfers());
    return run(channel, sender, run, function, input, state);
  }

  private TaskResult run(
      Channel channel,
      PartyId sender,
      TaskRun run,
      KkrtReceiver function,
      TaskInput input,
      TaskState from) {
    run.arm(function.toBytes());
    IdProgress done = run.partitions().begin(progress, input.facts().count(), from.done());
    TaskState reached = findCommon(channel, sender, run, from, done);
    List<BitSet> common = reached.common();
    int count = common.stream().mapToInt(BitSet::cardinality).sum();
    if (count > from.theirIds()) {
      throw new ProtocolException(
          "Tags of " + count + " common ids from " + sender + ", which has " + from.theirIds());
    }

    channel.send(sender, new IntersectionSize(count));
    terms.checkIntersection(channel, channel.self(), count);
    List<byte[]> digests = sendNames(channel, sender, run, common);
    run.disarm();
    done.end();
    return TaskResult.of(
        terms.binding(),
        reached,
        new HashNames(run.run().items(), run.nameWidth()),
        common,
        digests);
  }

  /**
   * Group after group. While the sender's tasks make the tags of one, this party's make the rows of
   * the next.
   */
  private static TaskState findCommon(
      Channel channel, PartyId sender, TaskRun run, TaskState from, IdProgress done) {
    int count = run.partitions().count();
    Pieces tags = ReceiverTasks.tags(run.partitions());
    TaskState reached = from;
    List<BitSet> common = new ArrayList<>(from.common());
    if (from.done() == 0) {
      sendRows(channel, sender, run, 0, done);
    }
    for (int first = from.done(); first < count; first = run.groupEnd(first)) {
      int end = run.groupEnd(first);
      sendRows(channel, sender, run, end, done);
      List<byte[][]> names =
          run.receive(
              TagBlobs.class,
              first,
              end,
              KkrtSizes.HASHES * tags.bytes(),
              KkrtSizes.HASHES * tags.count());
      List<PartitionTask> tasks = new ArrayList<>();
      for (int partition = first; partition < end; partition++) {
        tasks.add(run.task(partition, names.get(partition - first), new BitSet()));
      }
      common.addAll(run.work(first, tasks, ReceiverTasks::compare));
      done.advance((long) KkrtSizes.HASHES * run.partitions().senderIds() * tasks.size());
      reached = from.after(end, common);
      run.commit(reached);
    }
    return reached;
  }

  /** Has the rows of a group made, and says so; of none behind the last one. */
  private static void sendRows(
      Channel channel, PartyId sender, TaskRun run, int first, IdProgress done) {
    List<PartitionTask> tasks = new ArrayList<>();
    for (int partition = first; partition < run.groupEnd(first); partition++) {
      tasks.add(run.task(partition));
    }
    if (tasks.isEmpty()) {
      return;
    }
    long bytes = ReceiverTasks.rows(run.partitions()).bytes();
    int partition = first;
    for (byte[][] names : run.work(first, tasks, ReceiverTasks::rows)) {
      channel.send(sender, new RowBlobs(partition++, bytes, names));
    }
    done.advance((long) run.partitions().bins() * tasks.size());
  }

  /**
   * Names the common ids, now that they are known to be enough.
   *
   * @return the digest of each partition's
   */
  private static List<byte[]> sendNames(
      Channel channel, PartyId sender, TaskRun run, List<BitSet> common) {
    List<byte[]> digests = new ArrayList<>();
    int count = run.partitions().count();
    for (int first = 0; first < count; first = run.groupEnd(first)) {
      List<PartitionTask> tasks = new ArrayList<>();
      for (int partition = first; partition < run.groupEnd(first); partition++) {
        tasks.add(run.task(partition, new byte[0][], common.get(partition)));
      }
      int partition = first;
      for (ReceiverTasks.Named named : run.work(first, tasks, ReceiverTasks::name)) {
        long bytes = (long) run.nameWidth() * common.get(partition).cardinality();
        channel.send(sender, new NameBlobs(partition++, bytes, named.blobs()));
        digests.add(named.digest());
      }
    }
    return digests;
  }
}
