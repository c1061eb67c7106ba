// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

/**
 * Where in a session a message can stand, and which types are allowed there: together with the set
 * of open sessions this is the table of (state, message type). A message whose session is not open
 * is refused whatever its type. (docs/protocol.md 2.)
 */
enum Place {
  /** No session id yet. */
  OPENING(1, 9, Place.SMALL),
  /** Between the steps of an open session. */
  CONTROL(10, 19, Place.SMALL),
  /** Within a step of an open session. */
  STEP(20, 0xffff, Integer.MAX_VALUE);

  /** What terms may take before anybody has agreed on anything: 1 MiB. */
  private static final int SMALL = 1 << 20;

  private final int lowestType;
  private final int highestType;
  private final int maxBytes;

  Place(int lowestType, int highestType, int maxBytes) {
    this.lowestType = lowestType;
    this.highestType = highestType;
    this.maxBytes = maxBytes;
  }

  boolean allows(int typeId) {
    return typeId >= lowestType && typeId <= highestType;
  }

  /** The largest body here, where a mailbox takes up to {@code largest}. */
  int maxBytes(int largest) {
    return Math.min(maxBytes, largest);
  }
}
