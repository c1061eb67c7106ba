// SPDX-License-Identifier: Apache-2.0
/**
 * A trial of the intersection by OKVS and VOLE (Raghuraman, Rindal, eprint 2022/320) for parties
 * that follow the protocol, to measure it beside kkrt: docs/adr/0033-rr22-tried.md. No part of the
 * product.
 */
@NullMarked
package io.heddle.benchmarks.rr22;

import org.jspecify.annotations.NullMarked;
