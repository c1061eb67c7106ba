// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.tasks;

import java.io.Serializable;
import java.util.List;

/**
 * Ids by partition. A kernel that runs again on one, in another process or after another reading of
 * the table, is handed the same ids in the same order, as long as the table is the same.
 */
public interface IdPartitions {
  /**
   * Runs a kernel on some partitions, each with its argument, at the same time as far as there is
   * room for it.
   *
   * @param first the number of the first partition; that of the next is one more
   * @param arguments one for each; nothing secret, for they travel in the clear
   * @return what it gave, in the order of the partitions
   */
  <A extends Serializable, R extends Serializable> List<R> run(
      int first, List<A> arguments, IdKernel<A, R> kernel);
}
