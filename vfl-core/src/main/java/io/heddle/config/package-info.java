// SPDX-License-Identifier: Apache-2.0
/**
 * What a party and a job are told to do: text in HOCON files and on the command line, made into
 * checked values.
 */
@NullMarked
package io.heddle.config;

import org.jspecify.annotations.NullMarked;
