// SPDX-License-Identifier: Apache-2.0
/**
 * A metric that the label holder computes and tells its peers, so that all choose the same model.
 */
@NullMarked
package io.heddle.train.metric;

import org.jspecify.annotations.NullMarked;
