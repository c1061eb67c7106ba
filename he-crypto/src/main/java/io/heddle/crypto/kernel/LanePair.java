// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

/** Per lane a number {@code low - high * N'}: see {@link PairScratch}. */
record LanePair(double[] low, double[] high) {}
