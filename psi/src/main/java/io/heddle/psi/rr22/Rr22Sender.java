// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.rr22.Rr22Message.CommonPlaces;
import io.heddle.psi.rr22.Rr22Message.IdTags;
import io.heddle.psi.rr22.Rr22Message.MaskedVector;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.IdProgress;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.vole.Elements;
import io.heddle.vole.VoleSender;
import java.util.BitSet;

/**
 * The one of two parties that does not compare. It learns how many ids the receiver has and, where
 * both learn, which of its own ids the receiver has; nothing else, as long as both follow the
 * protocol and the assumption holds that {@link Rr22Receiver} names.
 */
public final class Rr22Sender {
  private static final int WORDS = Elements.WORDS;

  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final Progress progress;
  private final int partitionIds;

  /**
   * @param randomness from this party's own session secret, known to no peer
   */
  public Rr22Sender(PsiTerms terms, PrivateRandomness randomness, Progress progress) {
    this(terms, randomness, progress, terms.partitionIds());
  }

  /** With partitions of another size, which the receiver must have too. */
  Rr22Sender(PsiTerms terms, PrivateRandomness randomness, Progress progress, int partitionIds) {
    this.terms = terms;
    this.randomness = randomness;
    this.progress = progress;
    this.partitionIds = partitionIds;
  }

  /**
   * Runs the protocol with the receiver.
   *
   * @param ids each once; in another order they give other messages
   * @param theirSize how many ids the receiver has said it has
   * @return the indices of the common ids, in the alignment's order; none where the receiver learns
   *     alone
   * @throws io.heddle.error.AlignmentException if the ids do not fit into a partition, with a
   *     probability of 2^-40
   */
  public int[] run(Channel channel, PartyId receiver, IdList ids, int theirSize) {
    Rr22Run run = Rr22Run.toss(channel, receiver, terms, randomness, ids.digest());
    return run(channel, receiver, run, ids, Rr22State.begun(theirSize, run.coin()));
  }

  /**
   * Goes on with a run that was broken off after some partitions.
   *
   * @param kept what the step kept
   * @throws io.heddle.error.CheckpointException if that was with other ids
   */
  public int[] goOn(Channel channel, PartyId receiver, IdList ids, byte[] kept) {
    Rr22State state = Rr22State.read(kept, ids);
    Rr22Run run = Rr22Run.restored(channel, terms, randomness, ids.digest(), state.coin());
    return run(channel, receiver, run, ids, state);
  }

  private int[] run(Channel channel, PartyId receiver, Rr22Run run, IdList ids, Rr22State from) {
    Layout layout = Layout.of(from.theirIds(), ids.size(), partitionIds);
    from.requireWithin(layout);
    IdProgress done = layout.begin(progress, ids.size(), from.done());
    DealtIds dealt = DealtIds.of(ids, run.items(), layout, layout.senderIds());
    Rr22State state = from;
    while (state.done() < layout.partitions()) {
      int number = state.done();
      Items items = Items.of(dealt.ids(number), run.items(), layout);
      byte[] tags = tags(channel, receiver, run, number, items, layout, done);
      sendTags(channel, receiver, tags, run, number, layout, done);
      state = state.next();
      if (layout.partitions() > 1) {
        state.commit(channel, ids);
      }
    }
    int[] common =
        terms.allLearn()
            ? receivePlaces(channel, receiver, run, dealt, layout, from.theirIds(), ids.size())
            : new int[0];
    done.end();
    return common;
  }

  /** The tags of a partition's ids, in their order in the partition. */
  private byte[] tags(
      Channel channel,
      PartyId receiver,
      Rr22Run run,
      int number,
      Items items,
      Layout layout,
      IdProgress done) {
    Okvs okvs = layout.okvs();
    VoleSender.Share share =
        VoleSender.run(channel, receiver, run.vole(number), randomness, okvs.size());
    takeVector(channel, receiver, okvs.size(), share, done);
    return Tags.of(
        okvs.decoder(share.b()), items, share.delta(), run.tagBinding(number), layout.tagWidth());
  }

  /** Adds the receiver's vector, times the factor, to the own share. */
  private static void takeVector(
      Channel channel, PartyId receiver, int size, VoleSender.Share share, IdProgress done) {
    long[] words = new long[Chunks.ITEMS * WORDS];
    for (int chunk = 0; chunk < Chunks.of(size); chunk++) {
      byte[] elements = channel.receive(receiver, MaskedVector.class).elements();
      int count = elements.length / Elements.BYTES;
      Chunks.check(receiver, chunk, size, count);
      Elements.fromBytes(elements, 0, words, 0, count * WORDS);
      share.delta().addProducts(words, 0, share.b(), Chunks.from(chunk) * WORDS, count);
      done.advance(count);
    }
  }

  /** The tags and random ones behind them, in a secret order. */
  private static void sendTags(
      Channel channel,
      PartyId receiver,
      byte[] tags,
      Rr22Run run,
      int number,
      Layout layout,
      IdProgress done) {
    int width = layout.tagWidth();
    int size = layout.senderIds();
    int count = tags.length / width;
    byte[] padding = run.padding(number, size * width - tags.length);
    int[] order = run.order(number, size);
    byte[] list = new byte[size * width];
    for (int place = 0; place < size; place++) {
      int id = order[place];
      if (id < count) {
        System.arraycopy(tags, id * width, list, place * width, width);
      } else {
        System.arraycopy(padding, (id - count) * width, list, place * width, width);
      }
    }
    for (int chunk = 0; chunk < Chunks.of(size); chunk++) {
      channel.send(receiver, new IdTags(width, Chunks.cut(list, chunk, width)));
      done.advance(Chunks.to(chunk, size) - Chunks.from(chunk));
    }
  }

  private int[] receivePlaces(
      Channel channel,
      PartyId receiver,
      Rr22Run run,
      DealtIds dealt,
      Layout layout,
      int theirSize,
      int ownSize) {
    int count = PsiTerms.receiveCommon(channel, receiver, Math.min(theirSize, ownSize));
    terms.checkIntersection(channel, receiver, count);
    BitSet places = places(channel, receiver, layout);
    int[] common = new int[count];
    int found = 0;
    for (int number = 0; number < layout.partitions(); number++) {
      int first = number * layout.senderIds();
      int end = first + layout.senderIds();
      int place = places.nextSetBit(first);
      if (place < 0 || place >= end) {
        continue;
      }
      int[] order = run.order(number, layout.senderIds());
      for (; place >= 0 && place < end; place = places.nextSetBit(place + 1)) {
        int id = order[place - first];
        if (id >= dealt.size(number) || found == count) {
          throw wrongPlaces(receiver, count);
        }
        common[found++] = dealt.place(number, id);
      }
    }
    if (found != count || places.length() > layout.places()) {
      throw wrongPlaces(receiver, count);
    }
    return common;
  }

  private static ProtocolException wrongPlaces(PartyId receiver, int count) {
    return new ProtocolException(
        "The places from " + receiver + " are not those of " + count + " ids of this party");
  }

  private static BitSet places(Channel channel, PartyId receiver, Layout layout) {
    byte[] bits = new byte[layout.placeBytes()];
    for (int from = 0; from < bits.length; from += CommonPlaces.CHUNK_BYTES) {
      int expected = Math.min(bits.length - from, CommonPlaces.CHUNK_BYTES);
      byte[] chunk = channel.receive(receiver, CommonPlaces.class).bits();
      if (chunk.length != expected) {
        throw new ProtocolException(
            "Invalid places of "
                + chunk.length
                + " bytes from "
                + receiver
                + ": must be "
                + expected);
      }
      System.arraycopy(chunk, 0, bits, from, chunk.length);
    }
    return BitSet.valueOf(bits);
  }
}
