// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.crypto.Sha256;
import io.heddle.ot.KkrtReceiver;
import io.heddle.ot.KkrtSender;
import io.heddle.psi.ids.IdList;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What the receiver's tasks do with one partition. One task, one core. */
final class ReceiverTasks {
  /** Blocks of rows in a blob: 7 MiB. */
  private static final int BLOCKS = 16;

  private final TaskSecrets secrets;
  private final KkrtReceiver function;

  private ReceiverTasks(byte[] bytes) {
    secrets = TaskSecrets.read(bytes);
    function = KkrtReceiver.fromBytes(secrets.function());
  }

  /** How rows lie in the sender's store. */
  static Pieces rows(Partitions partitions) {
    return new Pieces(partitions.bins(), KkrtSender.ROW_BYTES, BLOCKS * KkrtReceiver.BLOCK_ROWS);
  }

  /** How one of the three lists lies in this party's store. */
  static Pieces tags(Partitions partitions) {
    return Pieces.ofShort(partitions.senderIds(), partitions.tagWidth());
  }

  private ReceiverPartition partition(IdList ids, PartitionTask task) {
    task.requireSame(ids);
    Partitions partitions = secrets.partitions();
    Items items = Items.of(ids, secrets.run().items(), partitions.bins());
    return ReceiverPartition.of(task.number(), secrets.run(), items, partitions);
  }

  /** Kernel: makes the rows and puts them into the sender's store. */
  static byte[][] rows(IdList ids, PartitionTask task) {
    ReceiverTasks own = task.shared(ReceiverTasks::new);
    ReceiverPartition partition = own.partition(ids, task);
    KkrtReceiver.Blocks tool = own.function.blocks();
    List<byte[]> names = new ArrayList<>();
    for (int from = 0; from < partition.blocks(); from += BLOCKS) {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      for (int block = from; block < Math.min(partition.blocks(), from + BLOCKS); block++) {
        body.writeBytes(partition.block(tool, block));
      }
      names.add(task.blobs().put(own.secrets.peer(), body.toByteArray()));
    }
    return names.toArray(byte[][]::new);
  }

  /**
   * Kernel: compares the sender's tags with the own ones, which it makes once more rather than have
   * them kept anywhere.
   *
   * @return the places of the common ids
   */
  static BitSet compare(IdList ids, PartitionTask task) {
    ReceiverTasks own = task.shared(ReceiverTasks::new);
    ReceiverPartition partition = own.partition(ids, task);
    KkrtReceiver.Blocks tool = own.function.blocks();
    for (int block = 0; block < partition.blocks(); block++) {
      byte[] unusedRows = partition.block(tool, block);
    }
    Pieces pieces = tags(own.secrets.partitions());
    List<byte[]> lists = new ArrayList<>();
    for (int hash = 0; hash < KkrtSizes.HASHES; hash++) {
      lists.add(pieces.get(task.blobs(), task.theirs(), hash * pieces.count()));
    }
    BitSet common = new BitSet(ids.size());
    partition.compare(own.secrets.peer(), lists, common::set);
    return common;
  }

  /**
   * What is to be said of the common ids of one partition.
   *
   * @param blobs names what lies in the sender's store
   * @param digest over the ids in the alignment's order
   */
  record Named(byte[][] blobs, byte[] digest) implements Serializable {}

  /** Kernel: names the common ids and puts the names into the sender's store. */
  static Named name(IdList ids, PartitionTask task) {
    task.requireSame(ids);
    ReceiverTasks own = task.shared(ReceiverTasks::new);
    int width = own.secrets.nameWidth();
    int[] common = task.common().stream().toArray();
    byte[] flat = own.secrets.run().items().of(ids.select(common), width);
    Names names = Names.of(flat, common, width);
    List<byte[]> blobs = new ArrayList<>();
    Pieces.ofShort(common.length, width)
        .put(task.blobs(), own.secrets.peer(), names.ascending(), blobs);
    return new Named(blobs.toArray(byte[][]::new), digest(ids, names.places()));
  }

  /** SHA-256 over some ids in an order. */
  static byte[] digest(IdList ids, int[] places) {
    var sha256 = Sha256.newDigest();
    ids.select(places).update(sha256);
    return sha256.digest();
  }
}
