// SPDX-License-Identifier: Apache-2.0
/** The Heddle session that the stages of one Spark application share, by name. */
@NullMarked
package io.heddle.spark.session;

import org.jspecify.annotations.NullMarked;
