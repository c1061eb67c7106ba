// SPDX-License-Identifier: Apache-2.0
/** The job that one party submits to its Spark: read, align, train or score, publish. */
@NullMarked
package io.heddle.spark.job;

import org.jspecify.annotations.NullMarked;
