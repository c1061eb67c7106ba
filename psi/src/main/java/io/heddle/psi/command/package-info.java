// SPDX-License-Identifier: Apache-2.0
/** The intersection as a command: one party's run, and both parties of a trial on one machine. */
@NullMarked
package io.heddle.psi.command;

import org.jspecify.annotations.NullMarked;
