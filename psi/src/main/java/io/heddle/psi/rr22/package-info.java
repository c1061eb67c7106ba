// SPDX-License-Identifier: Apache-2.0
/** Two parties: a third of the bytes of kkrt, by a key-value store under a vector OLE. */
@NullMarked
package io.heddle.psi.rr22;

import org.jspecify.annotations.NullMarked;
