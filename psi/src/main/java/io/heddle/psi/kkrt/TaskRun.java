// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.kkrt.KkrtTaskMessage.OfPartition;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.tasks.IdKernel;
import io.heddle.psi.tasks.IdKey;
import io.heddle.psi.tasks.IdPartitions;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;

/**
 * A run as one party's driver has it once the ids are dealt out: what both roles do around their
 * tasks.
 */
final class TaskRun {
  /**
   * So many partitions are worked on at a time, at both parties: what the receiver sends before it
   * waits for the sender follows from it.
   */
  static final int GROUP = 4;

  private static final byte[][] NOTHING = {};

  private final Channel channel;
  private final PartyId peer;
  private final KkrtRun run;
  private final Partitions partitions;
  private final int nameWidth;
  private final IdKey key;
  private final IdPartitions dealt;
  private final List<PartitionTask.Facts> facts;
  private final PassingBlobs passing;
  private byte[] secrets = {};

  private TaskRun(
      Channel channel,
      PartyId peer,
      KkrtRun run,
      Partitions partitions,
      int nameWidth,
      TaskInput input,
      IdPartitions dealt,
      List<PartitionTask.Facts> facts) {
    this.channel = channel;
    this.peer = peer;
    this.run = run;
    this.partitions = partitions;
    this.nameWidth = nameWidth;
    this.key = input.key();
    this.dealt = dealt;
    this.facts = facts;
    passing = new PassingBlobs(channel);
  }

  /**
   * Tosses the coin and deals the ids out.
   *
   * @throws io.heddle.error.AlignmentException if more fall into a partition than there is room
   *     for, with a probability of 2^-40
   */
  static TaskRun begin(
      Channel channel,
      PartyId peer,
      boolean receives,
      PsiTerms terms,
      PrivateRandomness randomness,
      TaskInput input,
      int theirIds) {
    byte[] ids = input.facts().digest();
    KkrtRun run = KkrtRun.toss(channel, peer, terms, randomness, ids);
    return deal(channel, peer, receives, terms, run, input, theirIds);
  }

  /** The same with the coin that was tossed before this party was started again. */
  static TaskRun restored(
      Channel channel,
      PartyId peer,
      boolean receives,
      PsiTerms terms,
      PrivateRandomness randomness,
      TaskInput input,
      TaskState state) {
    byte[] ids = input.facts().digest();
    KkrtRun run = KkrtRun.restored(channel, terms, randomness, ids, state.coin());
    TaskRun dealt = deal(channel, peer, receives, terms, run, input, state.theirIds());
    dealt.requireSame(state.ownInput());
    return dealt;
  }

  private static TaskRun deal(
      Channel channel,
      PartyId peer,
      boolean receives,
      PsiTerms terms,
      KkrtRun run,
      TaskInput input,
      int theirIds) {
    int own = input.facts().count();
    Partitions partitions =
        receives
            ? Partitions.of(own, theirIds, terms.partitionIds())
            : Partitions.of(theirIds, own, terms.partitionIds());
    int count = partitions.count();
    IdPartitions dealt = input.tasks().deal(new HashDealer(run.items(), count));
    List<PartitionTask.Facts> facts =
        dealt.run(0, Collections.nCopies(count, input.key()), PartitionTask::facts);
    ByteArrayOutputStream digests = new ByteArrayOutputStream();
    int sum = 0;
    for (PartitionTask.Facts each : facts) {
      Partitions.requireRoom(
          each.count(), receives ? partitions.receiverIds() : partitions.senderIds());
      digests.writeBytes(each.digest());
      sum += each.count();
    }
    input.requireCount(sum);
    return new TaskRun(
        channel,
        peer,
        run.with(digests.toByteArray()),
        partitions,
        KkrtSizes.nameWidth(receives ? theirIds : own),
        input,
        dealt,
        facts);
  }

  private void requireSame(byte[] ownInput) {
    TaskInput.requireSame(ownInput, run.ownInput());
  }

  KkrtRun run() {
    return run;
  }

  Partitions partitions() {
    return partitions;
  }

  int nameWidth() {
    return nameWidth;
  }

  /** How many ids of this party are in a partition. */
  int ids(int partition) {
    return facts.get(partition).count();
  }

  /** Puts what the tasks need into the own store. */
  void arm(byte[] function) {
    secrets =
        blobs()
            .put(
                channel.self(),
                new TaskSecrets(peer, run, partitions, nameWidth, function).toBytes());
  }

  private Blobs blobs() {
    return key.blobs();
  }

  /** The work on a partition. */
  PartitionTask task(int partition) {
    return task(partition, NOTHING, new BitSet());
  }

  PartitionTask task(int partition, byte[][] theirs, BitSet common) {
    return new PartitionTask(
        key, secrets, partition, facts.get(partition).digest(), theirs, common);
  }

  /** Works on partitions at a time. */
  <A extends Serializable, R extends Serializable> List<R> work(
      int first, List<A> tasks, IdKernel<A, R> kernel) {
    return dealt.run(first, tasks, kernel);
  }

  /** The partition after the last one of the group that begins with one. */
  int groupEnd(int first) {
    return Math.min(partitions.count(), first + GROUP);
  }

  /**
   * Receives what the peer has put for some partitions.
   *
   * @param bytes of each
   * @param blobs of each
   */
  <M extends OfPartition> List<byte[][]> receive(
      Class<M> type, int first, int end, long bytes, int blobs) {
    List<byte[][]> names = new ArrayList<>();
    for (int partition = first; partition < end; partition++) {
      M message = channel.receive(peer, type);
      requireDue(message, partition);
      if (message.bytesBeside() != bytes || message.digests().length != blobs) {
        throw new ProtocolException(
            message.digests().length
                + " blobs of "
                + message.bytesBeside()
                + " bytes from "
                + peer
                + ": must be "
                + blobs
                + " of "
                + bytes);
      }
      take(message);
      names.add(message.digests());
    }
    return names;
  }

  /** Refuses a message of another partition. */
  void requireDue(OfPartition message, int partition) {
    if (message.partition() != partition) {
      throw new ProtocolException(
          "Partition " + message.partition() + " from " + peer + ": must be " + partition);
    }
  }

  /** Blobs that a message names stay until this party has committed twice. */
  void take(OfPartition message) {
    passing.take(message.digests());
  }

  /** Keeps how far the run is. */
  void commit(TaskState state) {
    state.commit(channel);
    passing.committed();
  }

  /** Forgets what the tasks needed. */
  void disarm() {
    channel.dropBlobs(List.of(secrets));
  }
}
