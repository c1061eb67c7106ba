// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.tasks;

import java.io.Serializable;

/** Which partition an id is in. */
public interface IdDealer extends Serializable {
  /** How many partitions there are. */
  int partitions();

  /** That of an id, from 0. */
  int partition(byte[] id);
}
