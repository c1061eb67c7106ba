// SPDX-License-Identifier: Apache-2.0
/** The exchange over TLS 1.3 sockets; the only package that imports Netty. */
@NullMarked
package io.heddle.channel.netty;

import org.jspecify.annotations.NullMarked;
