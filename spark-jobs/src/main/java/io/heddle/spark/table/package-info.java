// SPDX-License-Identifier: Apache-2.0
/** DataFrames to aligned rows: the same order at every party, cut and kept on Spark's executors. */
@NullMarked
package io.heddle.spark.table;

import org.jspecify.annotations.NullMarked;
