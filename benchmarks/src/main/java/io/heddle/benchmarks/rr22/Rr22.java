// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.error.AlignmentException;
import io.heddle.ot.JointCoin;
import io.heddle.ot.OtUse;
import io.heddle.party.PartyId;
import io.heddle.psi.shared.Shuffle;
import io.heddle.psi.shared.TagTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * One party of an intersection by OKVS and VOLE: the receiver learns which of its ids the sender
 * has, the sender nothing, as long as both follow the protocol. A vector in which the receiver's
 * ids find their hashes goes out masked; with it the sender can compute a tag of any id, which the
 * receiver has of its own ids only. (Raghuraman, Rindal, eprint 2022/320, the semi-honest case.)
 */
final class Rr22 {
  private static final int SEED_BYTES = 48;

  private final Channel channel;
  private final PartyId peer;
  private final PrivateRandomness randomness;
  private final byte[] salt;
  private final List<byte[]> ids;
  private final int weight;
  private final byte[] ownInput;
  private final Laps laps;

  /**
   * @param salt of the session, at both parties alike
   * @param weight of the expander, at both parties alike
   */
  Rr22(
      Channel channel,
      PartyId peer,
      PrivateRandomness randomness,
      byte[] salt,
      List<byte[]> ids,
      int weight) {
    this.channel = channel;
    this.peer = peer;
    this.randomness = randomness;
    this.salt = salt;
    this.ids = ids;
    this.weight = weight;
    laps = new Laps();
    ownInput = Sha256.of(ids.toArray(new byte[0][]));
  }

  Laps laps() {
    return laps;
  }

  /** Bytes of a tag: a wrong match among all pairs has a probability of 2^-40. */
  static int tagWidth(int ofReceiver, int ofSender) {
    double bits = 40 + Math.log((double) ofReceiver * ofSender) / Math.log(2);
    return (int) Math.ceil(bits / Byte.SIZE - 1e-9);
  }

  /**
   * The one that compares.
   *
   * @param theirSize how many ids the sender has
   * @return the indices of the common ids
   * @throws AlignmentException if the ids do not fit into a vector, with a probability of 2^-40
   */
  int[] receive(int theirSize) {
    byte[] coin = toss();
    Items items = Items.of(ids, coin);
    laps.lap("items");
    Okvs okvs = new Okvs(ids.size());
    int size = roundUp(okvs.size());
    long[][] encoded = new long[1][];
    Vole.Pair pair =
        vole(coin, size)
            .receive(
                secret("receiver"),
                () -> {
                  encoded[0] = encode(okvs, items);
                  laps.lap("encoding");
                });
    sendMasked(encoded[0], pair.a());
    laps.lap("masking and sending");
    int width = tagWidth(ids.size(), theirSize);
    byte[] own = tags(okvs.decode(pair.c(), items.keys()), width);
    laps.lap("decoding and tags");
    byte[] theirs = Piece.receive(channel, peer, Math.multiplyExact(theirSize, width));
    laps.lap("receiving tags");
    int[] common = common(own, theirs, width);
    laps.lap("comparing");
    return common;
  }

  private static long[] encode(Okvs okvs, Items items) {
    long[] encoded = okvs.encode(items.keys(), items.values());
    if (encoded == null) {
      throw new AlignmentException("The ids do not fit into a vector; run it again");
    }
    return encoded;
  }

  private void sendMasked(long[] encoded, long[] masks) {
    for (int word = 0; word < encoded.length; word++) {
      encoded[word] ^= masks[word];
    }
    int most = Piece.MOST / Long.BYTES;
    for (int from = 0; from < encoded.length; from += most) {
      int count = Math.min(most, encoded.length - from);
      channel.send(peer, new Piece(Words.toBytes(encoded, from, count)));
    }
  }

  private int[] common(byte[] own, byte[] theirs, int width) {
    TagTable table = new TagTable(peer, theirs, width);
    int[] common = new int[ids.size()];
    int count = 0;
    for (int i = 0; i < common.length; i++) {
      if (table.position(own, i * width) >= 0) {
        common[count++] = i;
      }
    }
    return Arrays.copyOf(common, count);
  }

  /**
   * The other one.
   *
   * @param theirSize how many ids the receiver has
   */
  void send(int theirSize) {
    byte[] coin = toss();
    Items items = Items.of(ids, coin);
    laps.lap("items");
    Okvs okvs = new Okvs(theirSize);
    byte[] delta = secret("delta");
    long[] b = vole(coin, roundUp(okvs.size())).send(delta, secret("sender"));
    FixedFactor factor = new FixedFactor(Words.get(delta, 8), Words.get(delta, 0));
    takeMasked(okvs.size(), factor, b);
    laps.lap("receiving and products");
    long[] found = okvs.decode(b, items.keys());
    factor.addProducts(items.values(), 0, found, 0, ids.size());
    int width = tagWidth(theirSize, ids.size());
    byte[] tags = tags(found, width);
    laps.lap("decoding and tags");
    Shuffle order =
        new Shuffle(ids.size(), randomness.derive("rr22/order", ownInput, Sha256.of(coin)));
    Piece.send(channel, peer, order.apply(tags, width));
    laps.lap("shuffling and sending");
  }

  private void takeMasked(int size, FixedFactor factor, long[] b) {
    int most = Piece.MOST / Words.BYTES;
    long[] words = new long[most * Words.EACH];
    for (int from = 0; from < size; from += most) {
      int count = Math.min(most, size - from);
      byte[] piece = Piece.receiveNext(channel, peer, count * Words.BYTES);
      Words.fromBytes(piece, 0, words, 0, count * Words.EACH);
      factor.addProducts(words, 0, b, from * Words.EACH, count);
    }
  }

  private byte[] toss() {
    return JointCoin.toss(channel, peer, use("coin"), randomness);
  }

  private Vole vole(byte[] coin, int size) {
    byte[] half = Sha256.of("code".getBytes(StandardCharsets.US_ASCII), coin);
    byte[] seed = Arrays.copyOf(half, SEED_BYTES);
    System.arraycopy(Sha256.of(half), 0, seed, half.length, SEED_BYTES - half.length);
    OtUse[] uses = {use("trees"), use("delta")};
    return new Vole(channel, peer, randomness, uses, seed, weight, size, laps);
  }

  private OtUse use(String purpose) {
    byte[] own = Sha256.of(salt, purpose.getBytes(StandardCharsets.US_ASCII));
    return new OtUse(own, 1, ownInput);
  }

  private byte[] secret(String purpose) {
    byte[] secret = new byte[Words.BYTES];
    randomness.derive("rr22/" + purpose, ownInput).fill(0, secret);
    return secret;
  }

  private static int roundUp(int size) {
    return (size + 3) & ~3;
  }

  private static byte[] tags(long[] found, int width) {
    new FixedKeyHash(3).hash(found, 0, found, 0, found.length / 2);
    byte[] tags = new byte[found.length / 2 * width];
    byte[] whole = new byte[Words.BYTES];
    for (int i = 0; i < found.length / 2; i++) {
      Words.put(whole, 0, found[2 * i]);
      Words.put(whole, 8, found[2 * i + 1]);
      System.arraycopy(whole, 0, tags, i * width, width);
    }
    return tags;
  }
}
