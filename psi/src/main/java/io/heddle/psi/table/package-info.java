// SPDX-License-Identifier: Apache-2.0
/** A party's own table from CSV or Parquet in a plain JVM, its ids, and the way back to a file. */
@NullMarked
package io.heddle.psi.table;

import org.jspecify.annotations.NullMarked;
