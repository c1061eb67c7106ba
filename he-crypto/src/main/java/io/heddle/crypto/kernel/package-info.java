// SPDX-License-Identifier: Apache-2.0
/**
 * Many modular multiplications side by side in the lanes of a vector register, and the same without
 * vectors. The only package that imports the Vector API.
 */
@NullMarked
package io.heddle.crypto.kernel;

import org.jspecify.annotations.NullMarked;
