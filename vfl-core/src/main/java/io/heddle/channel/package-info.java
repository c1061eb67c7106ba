// SPDX-License-Identifier: Apache-2.0
/**
 * How one party speaks to another: {@link io.heddle.channel.Channel}, its messages and their codec.
 */
@NullMarked
package io.heddle.channel;

import org.jspecify.annotations.NullMarked;
