// SPDX-License-Identifier: Apache-2.0
/** Products of ciphertexts by bucket: encrypted histograms, whatever the scheme. */
@NullMarked
package io.heddle.crypto.bucket;

import org.jspecify.annotations.NullMarked;
