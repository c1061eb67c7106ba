// SPDX-License-Identifier: Apache-2.0
/** One agreed run between parties: how it opens, goes from step to step, and ends alike for all. */
@NullMarked
package io.heddle.session;

import org.jspecify.annotations.NullMarked;
