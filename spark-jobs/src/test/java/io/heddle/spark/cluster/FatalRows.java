// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cluster;

import io.heddle.table.AlignedRows;
import io.heddle.table.PartitionKernel;
import io.heddle.table.Shared;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;

/**
 * For tests: aligned rows whose kernels are listed, over all that is derived from them; one of them
 * kills its executor on the last partition, after its work and before anybody has the result.
 */
final class FatalRows<P extends Serializable> implements AlignedRows<P> {
  private final AlignedRows<P> rows;
  private final List<String> calls;
  private final int fatalCall;
  private final @Nullable Fate fate;

  /**
   * @param calls gets the name of each kernel's argument
   * @param fatalCall which call, from 1; 0 for none
   */
  FatalRows(AlignedRows<P> rows, List<String> calls, int fatalCall, @Nullable Fate fate) {
    this.rows = rows;
    this.calls = calls;
    this.fatalCall = fatalCall;
    this.fate = fate;
  }

  @Override
  public int rows() {
    return rows.rows();
  }

  @Override
  public <A extends Serializable, R extends Serializable> List<R> map(
      A argument, PartitionKernel<P, A, R> kernel) {
    return rows.map(argument, counted(argument, kernel));
  }

  @Override
  public <A extends Serializable, Q extends Serializable> AlignedRows<Q> derive(
      A argument, PartitionKernel<P, A, Q> kernel) {
    return new FatalRows<>(
        rows.derive(argument, counted(argument, kernel)), calls, fatalCall, fate);
  }

  private <A extends Serializable, R extends Serializable> PartitionKernel<P, A, R> counted(
      A argument, PartitionKernel<P, A, R> kernel) {
    calls.add(argument.getClass().getSimpleName());
    return calls.size() == fatalCall && fate != null ? fatal(kernel, fate) : kernel;
  }

  private static <P extends Serializable, A extends Serializable, R extends Serializable>
      PartitionKernel<P, A, R> fatal(PartitionKernel<P, A, R> kernel, Fate fate) {
    return (partition, argument) -> {
      R result = kernel.apply(partition, argument);
      if (TaskContext.getPartitionId() == ClusterFit.PARTITIONS - 1) {
        fate.meet();
      }
      return result;
    };
  }

  @Override
  public <A extends Serializable> Shared<A> share(A value) {
    return rows.share(value);
  }

  @Override
  public void close() {
    rows.close();
  }
}
