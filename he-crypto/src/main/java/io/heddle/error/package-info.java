// SPDX-License-Identifier: Apache-2.0
/** The failures that any module can meet; what each means and who acts on it. */
@NullMarked
package io.heddle.error;

import org.jspecify.annotations.NullMarked;
