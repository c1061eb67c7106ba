// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.tasks;

/** One party's ids where its tasks have them, and not in one process. */
public interface IdTasks {
  /**
   * Counts them.
   *
   * @param key a secret of this step
   * @throws io.heddle.error.DataException if there are ids that must not take part
   */
  IdFacts facts(IdKey key);

  /** Deals them out, each into one partition. */
  IdPartitions deal(IdDealer dealer);
}
