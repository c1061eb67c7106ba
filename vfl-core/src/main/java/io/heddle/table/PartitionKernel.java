// SPDX-License-Identifier: Apache-2.0
package io.heddle.table;

import java.io.Serializable;

/**
 * What runs on one partition. Pure: the same partition and argument give the same result, for Spark
 * may run it again.
 */
@FunctionalInterface
public interface PartitionKernel<
        P extends Serializable, A extends Serializable, R extends Serializable>
    extends Serializable {
  R apply(P partition, A argument);
}
