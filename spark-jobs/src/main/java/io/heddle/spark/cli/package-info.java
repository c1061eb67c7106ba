// SPDX-License-Identifier: Apache-2.0
/** The {@code heddle} command: what a person types. */
@NullMarked
package io.heddle.spark.cli;

import org.jspecify.annotations.NullMarked;
