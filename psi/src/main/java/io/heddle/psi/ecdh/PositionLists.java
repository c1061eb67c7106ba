// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.party.PartyId;
import io.heddle.psi.ecdh.EcdhMessage.Positions;
import io.heddle.psi.shared.Chunks;
import java.util.Arrays;

/** Lists of positions on their way from party to party. */
final class PositionLists {
  private PositionLists() {}

  static void send(Channel channel, PartyId to, int[] positions) {
    for (int chunk = 0; chunk < Chunks.of(positions.length); chunk++) {
      channel.send(
          to,
          new Positions(
              Arrays.copyOfRange(
                  positions, Chunks.from(chunk), Chunks.to(chunk, positions.length))));
    }
  }

  static int[] receive(Channel channel, PartyId from, int count) {
    int[] positions = new int[count];
    for (int chunk = 0; chunk < Chunks.of(count); chunk++) {
      int[] received = channel.receive(from, Positions.class).positions();
      Chunks.check(from, chunk, count, received.length);
      System.arraycopy(received, 0, positions, Chunks.from(chunk), received.length);
    }
    return positions;
  }
}
