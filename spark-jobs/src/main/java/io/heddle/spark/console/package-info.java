// SPDX-License-Identifier: Apache-2.0
/** What any process of Heddle's shows to the person who started it: progress, and how it ended. */
@NullMarked
package io.heddle.spark.console;

import org.jspecify.annotations.NullMarked;
