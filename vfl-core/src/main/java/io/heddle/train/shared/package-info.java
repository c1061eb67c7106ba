// SPDX-License-Identifier: Apache-2.0
/**
 * What the training protocols have in common: the data and the progress of a step as it is kept,
 * and blobs that tasks encrypt.
 */
@NullMarked
package io.heddle.train.shared;

import org.jspecify.annotations.NullMarked;
