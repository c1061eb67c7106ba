// SPDX-License-Identifier: Apache-2.0
/** What {@code heddle doctor} finds out about this machine, a party and the ways to its peers. */
@NullMarked
package io.heddle.spark.doctor;

import org.jspecify.annotations.NullMarked;
