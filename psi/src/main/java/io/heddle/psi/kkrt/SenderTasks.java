// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.ot.KkrtReceiver;
import io.heddle.ot.KkrtSender;
import io.heddle.ot.OprfRows;
import io.heddle.psi.ids.IdList;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/** What the sender's tasks do with one partition. One task, one core. */
final class SenderTasks {
  private final TaskSecrets secrets;
  private final KkrtSender function;

  private SenderTasks(byte[] bytes) {
    secrets = TaskSecrets.read(bytes);
    function = KkrtSender.fromBytes(secrets.function());
  }

  /** Kernel: makes the three lists of tags and puts them into the receiver's store. */
  static byte[][] tags(IdList ids, PartitionTask task) {
    task.requireSame(ids);
    SenderTasks own = task.shared(SenderTasks::new);
    Partitions partitions = own.secrets.partitions();
    KkrtSender.Blocks tool = own.function.blocks();
    OprfRows keys = own.takeRows(task, tool);
    Items items = Items.of(ids, own.secrets.run().items(), partitions.bins());
    byte[] tags = tool.tags(keys, items.flat(), items.bins(), partitions.tagWidth());
    List<byte[]> names = new ArrayList<>();
    for (int hash = 0; hash < KkrtSizes.HASHES; hash++) {
      byte[] list = TagLists.list(task.number(), hash, tags, partitions, own.secrets.run());
      ReceiverTasks.tags(partitions).put(task.blobs(), own.secrets.peer(), list, names);
    }
    return names.toArray(byte[][]::new);
  }

  private OprfRows takeRows(PartitionTask task, KkrtSender.Blocks tool) {
    Pieces pieces = ReceiverTasks.rows(secrets.partitions());
    OprfRows keys = function.rows(task.number(), secrets.partitions().bins());
    int block = 0;
    for (int piece = 0; piece < pieces.count(); piece++) {
      byte[] rows = pieces.get(task.blobs(), piece, task.theirs()[piece]);
      int bytes = KkrtReceiver.BLOCK_ROWS * KkrtSender.ROW_BYTES;
      for (int from = 0; from < rows.length; from += bytes) {
        tool.take(
            keys, block++, Arrays.copyOfRange(rows, from, Math.min(rows.length, from + bytes)));
      }
    }
    return keys;
  }

  /**
   * The common ids of one partition.
   *
   * @param places where they are
   * @param digest over them in the alignment's order
   */
  record Found(BitSet places, byte[] digest) implements Serializable {}

  /** Kernel: finds the ids that the receiver names. */
  static Found find(IdList ids, NamedTask named) {
    PartitionTask task = named.task();
    task.requireSame(ids);
    SenderTasks own = task.shared(SenderTasks::new);
    int width = own.secrets.nameWidth();
    byte[] names = Pieces.ofShort(named.count(), width).get(task.blobs(), task.theirs(), 0);
    byte[] all = own.secrets.run().items().of(ids, width);
    int[] common = Names.find(own.secrets.peer(), names, all, width);
    BitSet places = new BitSet(ids.size());
    Arrays.stream(common).forEach(places::set);
    return new Found(places, ReceiverTasks.digest(ids, common));
  }

  /** A partition and how many of its ids are common. */
  record NamedTask(PartitionTask task, int count) implements Serializable {}
}
