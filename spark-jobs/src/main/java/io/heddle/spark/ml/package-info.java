// SPDX-License-Identifier: Apache-2.0
/** Estimators and Models: vertical training as Spark ML stages, the same code at every party. */
@NullMarked
package io.heddle.spark.ml;

import org.jspecify.annotations.NullMarked;
