// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a party and its peers would get through to each other, found out with the peer's help.
 */
@NullMarked
package io.heddle.doctor;

import org.jspecify.annotations.NullMarked;
