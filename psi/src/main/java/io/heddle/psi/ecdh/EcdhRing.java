// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.EcdhMessage.BlindedTags;
import io.heddle.psi.ecdh.EcdhMessage.RingPoints;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.SharedMessage.IntersectionSize;
import io.heddle.psi.shared.SharedMessage.SetSize;
import io.heddle.psi.shared.Shuffle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One of three to eight parties. They stand in a ring, in name order. Each list travels once round
 * it and every party multiplies it by its own secret and shuffles it; the last sends the receiver
 * tags of it. The receiver sees which tags all lists hold, and says so to each list's last hop; the
 * positions travel back through everybody's shuffles to the list's owner.
 *
 * <p>All learn the set sizes and how many ids are common to all. Each party, or the receiver alone,
 * learns which of its own ids are common to all. The receiver also learns how many ids each group
 * of parties has in common: not which, unless it is helped by one of them or asks for positions
 * that are not common to all. A party's scalar and orders are those of one session, step and set of
 * ids.
 */
public final class EcdhRing {
  private static final int MAX_PARTIES = 8;

  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public EcdhRing(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
  }

  /**
   * Runs the protocol with all peers of the channel.
   *
   * @param receiver the party that compares; may be this one
   * @param ids each once; in another order they give other messages
   */
  public Found run(Channel channel, PartyId receiver, List<byte[]> ids) {
    Ring ring = new Ring(channel, receiver);
    if (ring.size() > MAX_PARTIES) {
      throw new IllegalArgumentException(
          "Invalid number of parties " + ring.size() + ": must be at most " + MAX_PARTIES);
    }
    int[] sizes = exchangeSizes(channel, ring, ids.size());
    begin(ring, sizes);
    int width = Tags.width(Arrays.stream(sizes).max().orElseThrow());
    progress.begin("intersect ids by ecdh", Arrays.stream(sizes).asLongStream().sum(), "ids");

    // shuffles[h] is what this party did to the list that started h places before it.
    Shuffle[] shuffles = new Shuffle[ring.size()];
    RunSecrets secrets = new RunSecrets(randomness, channel, ids);
    shuffles[0] = secrets.ownOrder();
    byte[] tags;
    try (Blinding blinding = new Blinding(terms.binding(), secrets.scalar(), progress)) {
      byte[] list = blindAll(ids, shuffles[0], blinding);
      for (int hop = 1; hop < ring.size(); hop++) {
        int size = sizes[ring.owner(ring.self, hop)];
        byte[] multiplied = passOn(channel, ring, list, size, blinding);
        Tags.checkDistinct(ring.previous(), blinding.tags(multiplied, width), width);
        shuffles[hop] = secrets.order(hop, multiplied);
        list = shuffles[hop].apply(multiplied, Curve25519.POINT_BYTES);
      }
      tags = blinding.tags(list, width);
    }

    int[][] found = new int[ring.size()][0];
    int common;
    if (ring.self == ring.receiver) {
      found = compare(channel, ring, tags, sizes, width);
      common = found[0].length;
      channel.sendToAll(new IntersectionSize(common));
    } else {
      for (int chunk = 0; chunk < Chunks.of(tags.length / width); chunk++) {
        channel.send(receiver, new BlindedTags(width, Chunks.cut(tags, chunk, width)));
      }
      common = PsiTerms.receiveCommon(channel, receiver, Arrays.stream(sizes).min().orElseThrow());
    }
    terms.checkIntersection(channel, receiver, common);

    int[] rows = new int[0];
    for (int owner = 0; owner < ring.size(); owner++) {
      if (terms.allLearn() || owner == ring.receiver) {
        int[] own = passBack(channel, ring, owner, found[owner], common, shuffles);
        rows = owner == ring.self ? own : rows;
      }
    }
    progress.end();
    return new Found(rows, common);
  }

  /**
   * What a run came to.
   *
   * @param rows the indices of the common ids, in the alignment's order; none at the others where
   *     the receiver learns alone
   * @param common how many ids are common to all, which all learn
   */
  public record Found(int[] rows, int common) {}

  /** Who stands where; places count round the ring. */
  private static final class Ring {
    private final List<PartyId> parties;
    final int self;
    final int receiver;

    Ring(Channel channel, PartyId receiver) {
      parties = new ArrayList<>(channel.peers());
      parties.add(channel.self());
      parties.sort(null);
      self = parties.indexOf(channel.self());
      this.receiver = parties.indexOf(receiver);
    }

    int size() {
      return parties.size();
    }

    PartyId party(int place) {
      return parties.get(Math.floorMod(place, size()));
    }

    /** Whose list is at a place after so many hops. */
    int owner(int place, int hops) {
      return Math.floorMod(place - hops, size());
    }

    PartyId next() {
      return party(self + 1);
    }

    PartyId previous() {
      return party(self - 1);
    }
  }

  private int[] exchangeSizes(Channel channel, Ring ring, int own) {
    channel.sendToAll(terms.setSize(own));
    int[] sizes = new int[ring.size()];
    for (int place = 0; place < sizes.length; place++) {
      PartyId party = ring.party(place);
      if (place == ring.self) {
        sizes[place] = own;
      } else {
        sizes[place] = terms.check(party, channel.receive(party, SetSize.class));
      }
    }
    return sizes;
  }

  private void begin(Ring ring, int[] sizes) {
    SortedMap<PartyId, Integer> peerIds = new TreeMap<>();
    for (int place = 0; place < sizes.length; place++) {
      if (place != ring.self) {
        peerIds.put(ring.party(place), sizes[place]);
      }
    }
    terms.record().begin(PsiProtocol.ECDH, sizes[ring.self], peerIds);
  }

  private static byte[] blindAll(List<byte[]> ids, Shuffle order, Blinding blinding) {
    List<byte[]> chunks = new ArrayList<>();
    for (int chunk = 0; chunk < Chunks.of(ids.size()); chunk++) {
      chunks.add(blinding.blind(ids, order, Chunks.from(chunk), Chunks.to(chunk, ids.size())));
    }
    return Chunks.join(chunks);
  }

  /**
   * Sends a list to the next party and takes one from the party before, chunk against chunk: if all
   * sent whole lists before they read, each could wait for the next one round the ring.
   */
  private static byte[] passOn(
      Channel channel, Ring ring, byte[] list, int incomingSize, Blinding blinding) {
    int outgoing = Chunks.of(list.length / Curve25519.POINT_BYTES);
    int incoming = Chunks.of(incomingSize);
    List<byte[]> multiplied = new ArrayList<>();
    for (int chunk = 0; chunk < Math.max(outgoing, incoming); chunk++) {
      if (chunk < outgoing) {
        channel.send(ring.next(), new RingPoints(Chunks.cut(list, chunk, Curve25519.POINT_BYTES)));
      }
      if (chunk < incoming) {
        byte[] points = channel.receive(ring.previous(), RingPoints.class).points();
        Chunks.check(ring.previous(), chunk, incomingSize, points.length / Curve25519.POINT_BYTES);
        multiplied.add(blinding.multiply(ring.previous(), points));
      }
    }
    return Chunks.join(multiplied);
  }

  /**
   * At the receiver: where the common tags stand in each owner's list, in the alignment's order.
   */
  private int[][] compare(Channel channel, Ring ring, byte[] own, int[] sizes, int width) {
    Tags[] lists = new Tags[ring.size()];
    for (int place = 0; place < ring.size(); place++) {
      int owner = ring.owner(place, ring.size() - 1);
      lists[owner] =
          place == ring.self
              ? new Tags(channel.self(), own, width)
              : Tags.receive(channel, ring.party(place), sizes[owner], width);
    }
    return Tags.common(List.of(lists));
  }

  /**
   * One list's common positions, from the receiver to the list's last hop and hop by hop back to
   * its owner.
   *
   * @param found at the receiver, the positions in the list's last order
   * @return the indices of the owner's ids at the owner, else nothing of use
   */
  private int[] passBack(
      Channel channel, Ring ring, int owner, int[] found, int common, Shuffle[] shuffles) {
    int hop = Math.floorMod(ring.self - owner, ring.size());
    int last = Math.floorMod(owner - 1, ring.size());
    if (ring.self == ring.receiver && ring.self != last) {
      PositionLists.send(channel, ring.party(last), found);
    }
    int[] positions;
    if (ring.self == last && ring.self == ring.receiver) {
      positions = found;
    } else {
      PartyId from = ring.self == last ? ring.party(ring.receiver) : ring.next();
      positions = PositionLists.receive(channel, from, common);
    }
    int[] items = shuffles[hop].invert(positions);
    if (hop > 0) {
      PositionLists.send(channel, ring.previous(), items);
    }
    return items;
  }
}
