// SPDX-License-Identifier: Apache-2.0
/** What {@code heddle doctor} finds out about this machine. */
@NullMarked
package io.heddle.spark.doctor;

import org.jspecify.annotations.NullMarked;
