// SPDX-License-Identifier: Apache-2.0
/** What all Spark tests share. */
@NullMarked
package io.heddle.spark;

import org.jspecify.annotations.NullMarked;
