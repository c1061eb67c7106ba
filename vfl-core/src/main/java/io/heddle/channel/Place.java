// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

/**
 * Where in a session a message can stand, and which types are allowed there: together with the set
 * of open sessions this is the table of (state, message type). A message whose session is not open
 * is refused whatever its type. (docs/protocol.md 2.)
 */
enum Place {
  /** No session id yet. */
  OPENING(1, 9),
  /** Between the steps of an open session. */
  CONTROL(10, 19),
  /** Within a step of an open session. */
  STEP(20, 0xffff);

  private final int lowestType;
  private final int highestType;

  Place(int lowestType, int highestType) {
    this.lowestType = lowestType;
    this.highestType = highestType;
  }

  boolean allows(int typeId) {
    return typeId >= lowestType && typeId <= highestType;
  }
}
