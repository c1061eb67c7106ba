// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.ot.JointCoin;
import io.heddle.ot.KkrtReceiver;
import io.heddle.ot.KkrtSender;
import io.heddle.ot.OprfRows;
import io.heddle.ot.OtUse;
import io.heddle.party.PartyId;
import java.util.Random;

/**
 * The pseudo-random function of the product's kkrt alone, over random items in random rows: without
 * hashing ids, the table, shuffling and comparing tags. What rr22 has to beat.
 */
final class KkrtFunction {
  private static final int HASHES = 3;
  private static final double BINS = 1.27;
  private static final int WIDTH = 11;

  private KkrtFunction() {}

  static void receive(
      Channel channel, PartyId sender, PrivateRandomness randomness, OtUse use, int ids) {
    byte[] coin = JointCoin.toss(channel, sender, use, randomness);
    byte[] items = new byte[bins(ids) * Words.BYTES];
    new Random(1).nextBytes(items);
    KkrtReceiver.open(channel, sender, use, randomness, coin)
        .send(channel, sender, 0, items, WIDTH);
    Piece.receive(channel, sender, HASHES * ids * WIDTH);
  }

  static void send(
      Channel channel, PartyId receiver, PrivateRandomness randomness, OtUse use, int ids) {
    byte[] coin = JointCoin.toss(channel, receiver, use, randomness);
    Random random = new Random(2);
    byte[] items = new byte[ids * Words.BYTES];
    random.nextBytes(items);
    int[] rows = random.ints((long) HASHES * ids, 0, bins(ids)).toArray();
    KkrtSender function = KkrtSender.open(channel, receiver, use, randomness, coin);
    OprfRows keys = function.receive(channel, receiver, 0, bins(ids));
    Piece.send(channel, receiver, function.tags(keys, items, rows, WIDTH, done -> {}));
  }

  private static int bins(int ids) {
    return (int) Math.ceil(BINS * ids);
  }
}
