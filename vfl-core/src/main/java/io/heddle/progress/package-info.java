// SPDX-License-Identifier: Apache-2.0
/** What a person watching a run is told. */
@NullMarked
package io.heddle.progress;

import org.jspecify.annotations.NullMarked;
