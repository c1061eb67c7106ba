// SPDX-License-Identifier: Apache-2.0
package io.heddle.table;

import java.io.Serializable;
import java.util.List;

/**
 * A party's rows in the order that all parties hold, cut into partitions of consecutive rows.
 * Training protocols are written once against this; one implementation runs on threads, the other
 * on Spark's executors.
 *
 * <p>Kernels run where the rows are. On Spark that is an executor: a kernel and its argument must
 * hold nothing secret.
 *
 * @param <P> what one partition holds; carries its own first row
 */
public interface AlignedRows<P extends Serializable> extends AutoCloseable {
  /** Rows over all partitions. */
  int rows();

  /**
   * Runs the kernel on every partition and returns the results in partition order, whatever order
   * they finish in.
   */
  <A extends Serializable, R extends Serializable> List<R> map(
      A argument, PartitionKernel<P, A, R> kernel);

  /**
   * The same partitions after the kernel, computed once and kept where the rows are until {@link
   * #close}.
   */
  <A extends Serializable, Q extends Serializable> AlignedRows<Q> derive(
      A argument, PartitionKernel<P, A, Q> kernel);

  /**
   * Whether the partitions are in this JVM, so that kernels may as well run here on all rows at
   * once.
   */
  default boolean areHere() {
    return false;
  }

  /**
   * Keeps a value for those kernels that ask for it, until it is closed: too large for the argument
   * of all of them.
   */
  <A extends Serializable> Shared<A> share(A value);

  /** Lets go of what is kept. */
  @Override
  void close();
}
