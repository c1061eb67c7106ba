// SPDX-License-Identifier: Apache-2.0
/** What every part of the cryptography shares. */
@NullMarked
package io.heddle.crypto;

import org.jspecify.annotations.NullMarked;
