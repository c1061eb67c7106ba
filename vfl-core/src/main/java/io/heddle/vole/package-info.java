// SPDX-License-Identifier: Apache-2.0
/** Long random vectors that two parties hold in correlated shares, for few bytes. */
@NullMarked
package io.heddle.vole;

import org.jspecify.annotations.NullMarked;
