// SPDX-License-Identifier: Apache-2.0
/**
 * The Okamoto-Uchiyama scheme: ciphertexts half as long as Paillier's, for protocols in which
 * nothing decrypted ever goes back to whoever sent the ciphertexts.
 */
@NullMarked
package io.heddle.crypto.okamoto;

import org.jspecify.annotations.NullMarked;
