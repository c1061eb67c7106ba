// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cluster;

import io.heddle.psi.tasks.IdDealer;
import io.heddle.psi.tasks.IdFacts;
import io.heddle.psi.tasks.IdKernel;
import io.heddle.psi.tasks.IdKey;
import io.heddle.psi.tasks.IdPartitions;
import io.heddle.psi.tasks.IdTasks;
import io.heddle.psi.tasks.OwnIds;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import org.apache.spark.TaskContext;

/**
 * For tests: ids whose kernels are listed; one of them kills its executor on a partition, after its
 * work and its blobs, and before anybody has the result.
 */
final class FatalIds implements OwnIds, IdTasks {
  private final OwnIds ids;
  private final List<String> calls;
  private final int fatalCall;
  private final Fate fate;

  /**
   * @param calls gets the name of each kernel's argument
   * @param fatalCall which call, from 1; 0 for none
   */
  FatalIds(OwnIds ids, List<String> calls, int fatalCall, Fate fate) {
    this.ids = ids;
    this.calls = calls;
    this.fatalCall = fatalCall;
    this.fate = fate;
  }

  @Override
  public List<byte[]> collect() {
    return ids.collect();
  }

  @Override
  public IdTasks tasks() {
    return this;
  }

  private IdTasks ofIds() {
    return Objects.requireNonNull(ids.tasks());
  }

  @Override
  public IdFacts facts(IdKey key) {
    return ofIds().facts(key);
  }

  @Override
  public IdPartitions deal(IdDealer dealer) {
    IdPartitions dealt = ofIds().deal(dealer);
    return new IdPartitions() {
      @Override
      public <A extends Serializable, R extends Serializable> List<R> run(
          int first, List<A> arguments, IdKernel<A, R> kernel) {
        calls.add(arguments.get(0).getClass().getSimpleName());
        return dealt.run(
            first, arguments, calls.size() == fatalCall ? fatal(kernel, fate) : kernel);
      }
    };
  }

  private static <A extends Serializable, R extends Serializable> IdKernel<A, R> fatal(
      IdKernel<A, R> kernel, Fate fate) {
    return (ids, argument) -> {
      R result = kernel.apply(ids, argument);
      if (TaskContext.getPartitionId() == ClusterFit.PARTITIONS - 1) {
        fate.meet();
      }
      return result;
    };
  }
}
