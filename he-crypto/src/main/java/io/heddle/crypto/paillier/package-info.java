// SPDX-License-Identifier: Apache-2.0
/** Paillier keys, ciphertext blocks and the additive operations between them. */
@NullMarked
package io.heddle.crypto.paillier;

import org.jspecify.annotations.NullMarked;
