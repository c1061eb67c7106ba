// SPDX-License-Identifier: Apache-2.0
/** Private keys at rest: one sealed file each, opened with a password. */
@NullMarked
package io.heddle.crypto.keyfile;

import org.jspecify.annotations.NullMarked;
