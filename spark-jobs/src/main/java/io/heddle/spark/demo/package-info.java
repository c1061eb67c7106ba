// SPDX-License-Identifier: Apache-2.0
/** One command that shows the whole: made-up tables, a process per party, and what came of it. */
@NullMarked
package io.heddle.spark.demo;

import org.jspecify.annotations.NullMarked;
