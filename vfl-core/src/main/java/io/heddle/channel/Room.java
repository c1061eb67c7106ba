// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

/**
 * What a peer says that it takes of one party.
 *
 * @param windowBytes of messages that nobody has received yet, or one message
 * @param maxMessageBytes the largest body
 */
public record Room(long windowBytes, int maxMessageBytes) {}
