// SPDX-License-Identifier: Apache-2.0
/** Tests of the demo. */
@NullMarked
package io.heddle.spark.demo;

import org.jspecify.annotations.NullMarked;
