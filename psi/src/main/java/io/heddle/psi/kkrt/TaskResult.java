// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import io.heddle.crypto.Sha256;
import io.heddle.psi.tasks.IdNames;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/** What a run in tasks came to at one party. */
public final class TaskResult {
  private final TaskState state;
  private final IdNames names;
  private final List<BitSet> common;
  private final List<byte[]> digests;
  private final byte[] digest;

  private TaskResult(
      TaskState state, IdNames names, List<BitSet> common, List<byte[]> digests, byte[] digest) {
    this.state = state;
    this.names = names;
    this.common = List.copyOf(common);
    this.digests = List.copyOf(digests);
    this.digest = digest;
  }

  /**
   * One that is not yet known to be the peer's.
   *
   * @param digests of the common ids of each partition
   */
  static TaskResult of(
      byte[] binding, TaskState state, IdNames names, List<BitSet> common, List<byte[]> digests) {
    var sha256 = Sha256.newDigest();
    sha256.update(binding);
    int rows = common.stream().mapToInt(BitSet::cardinality).sum();
    sha256.update(
        ByteBuffer.allocate(2 * Integer.BYTES).putInt(rows).putInt(common.size()).array());
    for (int i = 0; i < common.size(); i++) {
      sha256.update(ByteBuffer.allocate(Integer.BYTES).putInt(common.get(i).cardinality()).array());
      sha256.update(digests.get(i));
    }
    return new TaskResult(state, names, common, digests, sha256.digest());
  }

  /** One that was settled before this party was started again. */
  static TaskResult restored(TaskState state, IdNames names) {
    return new TaskResult(state, names, state.common(), state.digests(), state.digest());
  }

  /** Keeps it as the end of the step. */
  public void settle(Channel step) {
    if (!state.isSettled()) {
      state.settled(common, digests, digest).commit(step);
    }
  }

  /** Whether it is the end of the step already. */
  public boolean isSettled() {
    return state.isSettled();
  }

  /** How many ids are common. */
  public int rows() {
    return common.stream().mapToInt(BitSet::cardinality).sum();
  }

  /** The places of the common ids of each partition among this party's own there, in byte order. */
  public List<BitSet> common() {
    return common;
  }

  /** SHA-256 over the common ids of each partition in their order; equal at both parties. */
  public List<byte[]> digests() {
    return digests;
  }

  /** In the order of these stand the common ids of a partition. */
  public IdNames names() {
    return names;
  }

  /** Over the common ids of all partitions in their order; equal at both parties. */
  public byte[] digest() {
    return digest.clone();
  }
}
