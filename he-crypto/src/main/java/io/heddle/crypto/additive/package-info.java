// SPDX-License-Identifier: Apache-2.0
/**
 * What additively homomorphic schemes have in common: keys that encrypt and add, blocks of
 * ciphertexts.
 */
@NullMarked
package io.heddle.crypto.additive;

import org.jspecify.annotations.NullMarked;
