// SPDX-License-Identifier: Apache-2.0
/** What a job would send and show, told before it runs. */
@NullMarked
package io.heddle.spark.plan;

import org.jspecify.annotations.NullMarked;
