// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.tasks;

import io.heddle.psi.ids.IdList;
import java.io.Serializable;

/**
 * What runs on the ids of one partition. Pure but for blobs: the same ids and argument give the
 * same result and the same blobs, for it may run again, or twice at once.
 */
@FunctionalInterface
public interface IdKernel<A extends Serializable, R extends Serializable> extends Serializable {
  /**
   * Does it.
   *
   * @param ids in the order of their bytes, each once
   */
  R apply(IdList ids, A argument);
}
