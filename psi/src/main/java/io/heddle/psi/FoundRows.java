// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

/** The common rows of all parties, as this party can reach them. */
public sealed interface FoundRows permits Alignment, DealtAlignment {}
