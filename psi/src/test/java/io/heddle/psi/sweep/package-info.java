// SPDX-License-Identifier: Apache-2.0
/**
 * Kills parties in the middle of a job, each in a process of its own, and looks what comes of it.
 */
@NullMarked
package io.heddle.psi.sweep;

import org.jspecify.annotations.NullMarked;
