// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Channel;
import io.heddle.crypto.additive.AdditivePublicKey;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.table.Shared;
import io.heddle.train.trees.TreeMessage.GradientBlobs;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Receives one tree's encrypted derivatives. */
final class GradientReceiver {
  private final Channel step;
  private final PartyId labelHolder;
  private final AdditivePublicKey key;
  private final int count;
  private final List<byte[]> blobs = new ArrayList<>();

  /**
   * @param count how many ciphertexts there will be
   */
  GradientReceiver(Channel step, PartyId labelHolder, AdditivePublicKey key, int count) {
    this.step = step;
    this.labelHolder = labelHolder;
    this.key = key;
    this.count = count;
  }

  /**
   * Returns when all have come, or the names of all.
   *
   * @param sink gets ciphertexts in their order, of the right number and length, not yet checked
   * @param names what to do with the names of blobs that are in this party's store
   */
  void receive(Consumer<byte[]> sink, Consumer<GradientBlobs> names) {
    BlobLayout layout = new BlobLayout(count, key.ciphertextBytes());
    boolean beside = false;
    for (int from = 0, number = 0; from < count; number++) {
      TreeMessage message = step.receive(labelHolder, TreeMessage.class);
      if (message instanceof GradientBlobs named && (number == 0 || beside)) {
        beside = true;
        int first = from / BlobLayout.CIPHERTEXTS;
        require(named, first, layout);
        blobs.addAll(List.of(named.digests()));
        names.accept(named);
        from = layout.to(layout.groupEnd(first) - 1);
      } else if (message instanceof GradientChunk chunk && !beside) {
        if (chunk.number() != number) {
          throw new ProtocolException(
              "Chunk " + chunk.number() + " of the derivatives: must be chunk " + number);
        }
        int expected = Math.min(TreeMessages.CHUNK_CIPHERTEXTS, count - from);
        key.space().requireLength(chunk.ciphertexts(), expected);
        sink.accept(chunk.ciphertexts());
        from += expected;
      } else {
        throw new ProtocolException(
            "Expected the derivatives, but it is " + message.getClass().getSimpleName());
      }
    }
  }

  private static void require(GradientBlobs named, int first, BlobLayout layout) {
    int expected = layout.groupEnd(first) - first;
    if (named.first() != first
        || named.digests().length != expected
        || named.bytesBeside() != layout.groupBytes(first)) {
      throw new ProtocolException(
          named.digests().length
              + " blobs from "
              + named.first()
              + " on of "
              + named.bytesBeside()
              + " bytes with derivatives: must be "
              + expected
              + " from "
              + first
              + " on of "
              + layout.groupBytes(first));
    }
  }

  /**
   * As {@link #receive(Consumer, Consumer)}, with what is in the store fetched as soon as it is
   * named.
   */
  void receive(Consumer<byte[]> sink) {
    BlobLayout layout = new BlobLayout(count, key.ciphertextBytes());
    receive(
        sink,
        named -> {
          for (int i = 0; i < named.digests().length; i++) {
            sink.accept(layout.get(step.blobs(), key, named.first() + i, named.digests()[i]));
          }
        });
  }

  /**
   * Where tasks find what has come.
   *
   * @param handed what came over the link, for them
   */
  GradientSlices.Pieces pieces(List<Shared<byte[]>> handed) {
    return blobs.isEmpty()
        ? new GradientSlices.Handed(List.copyOf(handed))
        : new GradientSlices.Stored(
            step.blobs(),
            new BlobLayout(count, key.ciphertextBytes()),
            blobs.toArray(byte[][]::new));
  }

  /** The names of all blobs; none if the ciphertexts themselves have come. */
  List<byte[]> blobs() {
    return List.copyOf(blobs);
  }
}
