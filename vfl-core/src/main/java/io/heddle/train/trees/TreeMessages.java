// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.ProtocolException;
import io.heddle.table.PartyTable;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.GradientBlobs;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import io.heddle.train.trees.TreeMessage.NodeSums;
import io.heddle.train.trees.TreeMessage.SplitBits;
import io.heddle.train.trees.TreeMessage.SplitChoices;
import io.heddle.train.trees.TreeMessage.TreeRows;
import io.heddle.train.trees.TreeMessage.TreesAgreed;
import io.heddle.train.trees.TreeMessage.TreesDeclaration;
import io.heddle.train.trees.TreeMessage.TreesKept;
import io.heddle.train.trees.TreeMessage.TreesOpening;
import java.util.Arrays;
import java.util.List;

/** The message types of a fit of trees (docs/protocol.md, section 10), for the codec. */
public final class TreeMessages {
  static final int FIT_ID_BYTES = 16;
  static final int MAX_KEY_BYTES = 1 << 16;

  /** Ciphertexts in a message with derivatives; the last one has as many or fewer. */
  public static final int CHUNK_CIPHERTEXTS = 256;

  static final int MAX_CHUNK_BYTES = CHUNK_CIPHERTEXTS * 1024;
  static final int MAX_ROWS_PER_CIPHERTEXT = 64;
  static final int MAX_NODES = 1 << 11;
  static final int MAX_CANDIDATES = 10_000 * 512;
  private static final int MAX_SUMS_BYTES = 1 << 30;

  private TreeMessages() {}

  /** All of them. Ids 120 to 129, and 133. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              120,
              TreesOpening.class,
              "the label holder's row count, alignment digest and public key",
              (message, out) -> {
                out.writeInt(message.rows());
                out.writeRaw(message.alignmentDigest());
                out.writeRaw(message.fitId());
                out.writeBytes(message.publicKey());
              },
              in ->
                  new TreesOpening(
                      in.readBetween("row count", 1, Integer.MAX_VALUE),
                      in.readRaw(PartyTable.DIGEST_BYTES),
                      in.readRaw(FIT_ID_BYTES),
                      in.readBytes(MAX_KEY_BYTES))),
          new MessageType<>(
              121,
              TreesDeclaration.class,
              "how many splits a feature holder's columns offer and in how many trees it may be"
                  + " asked",
              (message, out) -> {
                out.writeInt(message.rows());
                out.writeRaw(message.alignmentDigest());
                out.writeInt(message.candidates());
                out.writeInt(message.treeLimit());
              },
              in ->
                  new TreesDeclaration(
                      in.readBetween("row count", 1, Integer.MAX_VALUE),
                      in.readRaw(PartyTable.DIGEST_BYTES),
                      in.readBetween("number of candidates", 1, MAX_CANDIDATES),
                      in.readBetween("tree limit", 1, Integer.MAX_VALUE))),
          new MessageType<>(
              122,
              TreesAgreed.class,
              "which trees ask feature holders, and how many rows' derivatives are in a ciphertext, which"
                  + " depends on how many candidates all of them have",
              TreeMessages::write,
              TreeMessages::readAgreed),
          new MessageType<>(
              123,
              GradientChunk.class,
              "nothing: Paillier ciphertexts under the label holder's key",
              (message, out) -> {
                out.writeInt(message.number());
                out.writeBytes(message.ciphertexts());
              },
              in -> new GradientChunk(in.readInt(), in.readBytes(MAX_CHUNK_BYTES))),
          new MessageType<>(
              124,
              NodeSums.class,
              "the label holder, the sums of its own derivatives to the left of each candidate,"
                  + " which has a secret name that is fresh for each tree",
              (message, out) -> {
                out.writeInts(message.counts());
                out.writeInts(message.candidates());
                writeBits(out, message.allowed());
                out.writeBytes(message.ciphertexts());
              },
              in ->
                  new NodeSums(
                      in.readInts(MAX_NODES),
                      in.readInts(MAX_CANDIDATES),
                      readBits(in),
                      in.readBytes(MAX_SUMS_BYTES))),
          new MessageType<>(
              125,
              SplitChoices.class,
              "a feature holder, by which of its own candidates which nodes are split",
              (message, out) -> {
                out.writeInts(message.nodes());
                out.writeInts(message.candidates());
              },
              in -> new SplitChoices(in.readInts(MAX_NODES), in.readInts(MAX_NODES))),
          new MessageType<>(
              126,
              SplitBits.class,
              "the label holder, which rows of a node go left",
              (message, out) -> out.writeBytes(message.bits()),
              in -> new SplitBits(in.readBytes(Integer.MAX_VALUE))),
          new MessageType<>(
              127,
              Descent.class,
              "which rows of a node go left, whether more splits are sought below it, which child"
                  + " has fewer rows and, leaf by leaf, which node gains most",
              (message, out) -> {
                out.writeBytes(message.fates());
                out.writeBytes(message.bits());
              },
              in -> new Descent(fates(in), in.readBytes(Integer.MAX_VALUE))),
          new MessageType<>(
              128,
              TreeRows.class,
              "which rows a tree is grown on; with GOSS, rows of large derivatives are among them"
                  + " more often",
              (message, out) -> out.writeBytes(message.bits()),
              in -> new TreeRows(in.readBytes(Integer.MAX_VALUE))),
          new MessageType<>(
              129,
              TreesKept.class,
              "how many trees were grown and after how many the loss of the rows held out was"
                  + " smallest",
              (message, out) -> {
                out.writeInt(message.grown());
                out.writeInt(message.kept());
              },
              in ->
                  new TreesKept(
                      in.readBetween("number of trees", 1, 10_000),
                      in.readBetween("number of trees kept", 1, 10_000))),
          new MessageType<>(
              133,
              GradientBlobs.class,
              "nothing: the names of Paillier ciphertexts under the label holder's key, which go"
                  + " beside the link",
              (message, out) -> {
                out.writeInt(message.first());
                out.writeLong(message.bytesBeside());
                byte[] all = new byte[BlobLayout.DIGEST_BYTES * message.digests().length];
                for (int i = 0; i < message.digests().length; i++) {
                  System.arraycopy(
                      message.digests()[i],
                      0,
                      all,
                      BlobLayout.DIGEST_BYTES * i,
                      BlobLayout.DIGEST_BYTES);
                }
                out.writeBytes(all);
              },
              TreeMessages::readGradientBlobs));

  private static GradientBlobs readGradientBlobs(WireReader in) {
    int first = in.readBetween("first blob", 0, Integer.MAX_VALUE);
    long bytes = in.readLong();
    byte[] all = in.readBytes(BlobLayout.DIGEST_BYTES * BlobLayout.AT_ONCE);
    if (all.length == 0 || all.length % BlobLayout.DIGEST_BYTES != 0) {
      throw new ProtocolException(
          all.length
              + " bytes with the names of blobs: must be some times "
              + BlobLayout.DIGEST_BYTES);
    }
    byte[][] digests = new byte[all.length / BlobLayout.DIGEST_BYTES][];
    if (bytes < 0 || bytes > (long) digests.length * BlobLayout.CIPHERTEXTS * 1024) {
      throw new ProtocolException(
          "Invalid size of " + digests.length + " blobs: " + bytes + " bytes");
    }
    for (int i = 0; i < digests.length; i++) {
      digests[i] =
          Arrays.copyOfRange(all, BlobLayout.DIGEST_BYTES * i, BlobLayout.DIGEST_BYTES * (i + 1));
    }
    return new GradientBlobs(first, bytes, digests);
  }

  static void write(TreesAgreed message, WireWriter out) {
    out.writeInt(message.first());
    out.writeInt(message.last());
    out.writeInt(message.rowsPerCiphertext());
  }

  static TreesAgreed readAgreed(WireReader in) {
    return new TreesAgreed(
        in.readBetween("first shared tree", 1, 2),
        in.readBetween("last tree", 0, 10_000),
        in.readBetween("rows per ciphertext", 1, MAX_ROWS_PER_CIPHERTEXT));
  }

  private static void writeBits(WireWriter out, boolean[] bits) {
    byte[] bytes = new byte[RowSets.bytes(bits.length)];
    RowSets.write(bits, bytes, 0);
    out.writeInt(bits.length);
    out.writeRaw(bytes);
  }

  private static boolean[] readBits(WireReader in) {
    int count = in.readBetween("number of bits", 0, 2 * MAX_CANDIDATES);
    return RowSets.read(in.readRaw(RowSets.bytes(count)), 0, count);
  }

  private static byte[] fates(WireReader in) {
    byte[] fates = in.readBytes(MAX_NODES);
    for (byte fate : fates) {
      if (fate < Descent.ENDED || fate > Descent.KEPT) {
        throw new ProtocolException("Invalid fate " + fate + " of a node: must be 0 to 3");
      }
    }
    return fates;
  }
}
