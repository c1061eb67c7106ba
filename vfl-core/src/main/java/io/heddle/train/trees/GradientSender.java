// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.party.PartyId;
import io.heddle.table.AlignedRows;
import io.heddle.train.shared.BlobEncryption;
import io.heddle.train.trees.TreeMessage.GradientBlobs;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/**
 * Encrypts the derivatives of each tree and brings them to all feature holders: as messages, or,
 * where they are many, from store to store. Each piece is on its way while the next one is
 * encrypted.
 */
final class GradientSender {
  private final AdditivePrivateKey key;
  private final TreeScheme scheme;
  private final PrivateRandomness randomness;
  private final AlignedRows<BinnedBlock> rows;

  /**
   * @param rows whose tasks encrypt if they are elsewhere
   */
  GradientSender(
      AdditivePrivateKey key,
      TreeScheme scheme,
      PrivateRandomness randomness,
      AlignedRows<BinnedBlock> rows) {
    this.key = key;
    this.scheme = scheme;
    this.randomness = randomness;
    this.rows = rows;
  }

  /**
   * To all peers of the step.
   *
   * @param slots where rows stand in their plaintexts
   */
  void send(Channel step, Gradients gradients, RowSlots slots) {
    Randomness noise =
        randomness.derive(
            "trees/gradients", step.path().getBytes(StandardCharsets.UTF_8), gradients.digest());
    int width = key.publicKey().ciphertextBytes();
    Blobs blobs = step.blobs((long) slots.plaintexts(gradients.sample().size()) * width);
    if (blobs == null) {
      sendChunks(step, gradients, slots, noise);
      return;
    }
    byte[] secret = new byte[BlobEncryption.SECRET_BYTES];
    noise.fill(0, secret);
    if (rows.areHere()) {
      sendBlobs(step, blobs, gradients, slots, GradientEncryption.noise(secret));
    } else {
      encryptInTasks(step, blobs, gradients, slots, secret);
    }
    Arrays.fill(secret, (byte) 0);
  }

  private void sendChunks(Channel step, Gradients gradients, RowSlots slots, Randomness noise) {
    int all = slots.plaintexts(gradients.sample().size());
    for (int number = 0, from = 0; from < all; number++, from += TreeMessages.CHUNK_CIPHERTEXTS) {
      int to = Math.min(from + TreeMessages.CHUNK_CIPHERTEXTS, all);
      byte[] chunk = key.encrypt(slots.rows(gradients, from, to), noise).toBytes();
      step.sendToAll(new GradientChunk(number, chunk));
    }
  }

  /** Encrypts here. A group of blobs is put while the next one is encrypted. */
  private void sendBlobs(
      Channel step, Blobs blobs, Gradients gradients, RowSlots slots, Randomness noise) {
    BlobLayout layout = layout(gradients, slots);
    List<PartyId> to = List.copyOf(step.peers());
    try (SideThread side = new SideThread("heddle-gradient-blobs")) {
      CompletableFuture<GradientBlobs> before = null;
      for (int first = 0; first < layout.blobs(); first += BlobLayout.AT_ONCE) {
        int group = first;
        List<byte[]> bodies =
            IntStream.range(first, layout.groupEnd(first))
                .mapToObj(number -> encrypt(layout, number, gradients, slots, noise))
                .toList();
        CompletableFuture<GradientBlobs> next =
            side.begin(() -> put(blobs, to, layout, group, bodies));
        if (before != null) {
          step.sendToAll(SideThread.await(before));
        }
        before = next;
      }
      if (before != null) {
        step.sendToAll(SideThread.await(before));
      }
    }
  }

  private byte[] encrypt(
      BlobLayout layout, int number, Gradients gradients, RowSlots slots, Randomness noise) {
    return key.encrypt(plaintexts(layout, number, gradients, slots), noise).toBytes();
  }

  private PlaintextBlock plaintexts(
      BlobLayout layout, int number, Gradients gradients, RowSlots slots) {
    return slots.rows(gradients, layout.from(number), layout.to(number));
  }

  private static GradientBlobs put(
      Blobs blobs, List<PartyId> to, BlobLayout layout, int first, List<byte[]> bodies) {
    byte[][] digests = new byte[bodies.size()][];
    for (int i = 0; i < digests.length; i++) {
      for (PartyId party : to) {
        digests[i] = blobs.put(party, bodies.get(i));
      }
    }
    return layout.named(first, digests);
  }

  private void encryptInTasks(
      Channel step, Blobs blobs, Gradients gradients, RowSlots slots, byte[] secret) {
    BlobLayout layout = layout(gradients, slots);
    GradientEncryption what =
        GradientEncryption.prepare(
            blobs,
            scheme,
            key,
            secret,
            layout,
            number -> plaintexts(layout, number, gradients, slots),
            rows.rows(),
            List.copyOf(step.peers()));
    byte[][] digests = what.encryption().digests(rows.map(what, GradientEncryption::encrypt));
    for (int first = 0; first < digests.length; first += BlobLayout.AT_ONCE) {
      step.sendToAll(
          layout.named(first, Arrays.copyOfRange(digests, first, layout.groupEnd(first))));
    }
    step.dropBlobs(what.encryption().ownBlobs());
  }

  private BlobLayout layout(Gradients gradients, RowSlots slots) {
    return new BlobLayout(
        slots.plaintexts(gradients.sample().size()), key.publicKey().ciphertextBytes());
  }
}
