// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.ProtocolException;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.LogisticMessage.Declaration;
import io.heddle.train.logistic.LogisticMessage.Direction;
import io.heddle.train.logistic.LogisticMessage.DotProducts;
import io.heddle.train.logistic.LogisticMessage.Floors;
import io.heddle.train.logistic.LogisticMessage.GradientAnswer;
import io.heddle.train.logistic.LogisticMessage.MaskKey;
import io.heddle.train.logistic.LogisticMessage.MaskedGradient;
import io.heddle.train.logistic.LogisticMessage.Opening;
import io.heddle.train.logistic.LogisticMessage.Predictor;
import io.heddle.train.logistic.LogisticMessage.ResidualBlobs;
import io.heddle.train.logistic.LogisticMessage.ResidualChunk;
import io.heddle.train.logistic.LogisticMessage.Step;
import io.heddle.train.logistic.LogisticMessage.Verdict;
import java.util.Arrays;
import java.util.List;

/** The message types of a logistic fit (docs/protocol.md, section 4), for the codec. */
public final class LogisticMessages {
  static final int POINT_BYTES = 32;
  static final int FIT_ID_BYTES = 16;
  static final int MAX_KEY_BYTES = 1 << 16;
  // Small enough that encrypting, sending and reading overlap from a few thousand rows on.
  static final int CHUNK_CIPHERTEXTS = 256;
  static final int MAX_CHUNK_BYTES = CHUNK_CIPHERTEXTS * 1024;
  static final int MAX_BLOBS = 1 << 21;
  static final int BLOB_DIGEST_BYTES = 32;
  static final int MAX_COLUMNS = 10_000;
  static final int MAX_SCALARS = 1024;

  private LogisticMessages() {}

  /** All of them. Ids 40 to 69. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              40,
              Floors.class,
              "the label holder's row count, alignment digest and lowest rows per column",
              (message, out) -> {
                out.writeInt(message.rows());
                out.writeRaw(message.alignmentDigest());
                out.writeInt(message.rowsPerColumn());
              },
              in ->
                  new Floors(
                      positive(in, "row count"),
                      in.readRaw(PartyTable.DIGEST_BYTES),
                      positive(in, "rows per column"))),
          new MessageType<>(
              41,
              MaskKey.class,
              "a fresh X25519 public key and how many columns the sender has",
              LogisticMessages::write,
              LogisticMessages::readMaskKey),
          new MessageType<>(
              42,
              Declaration.class,
              "how many varying columns a feature holder has and how often its predictor may be"
                  + " opened",
              (message, out) -> {
                out.writeInt(message.rows());
                out.writeRaw(message.alignmentDigest());
                out.writeInt(message.columns());
                out.writeInt(message.passLimit());
              },
              in ->
                  new Declaration(
                      positive(in, "row count"),
                      in.readRaw(PartyTable.DIGEST_BYTES),
                      columns(in),
                      positive(in, "pass limit"))),
          new MessageType<>(
              43,
              Opening.class,
              "the label holder's public key, the pass limit and the power of two above the largest"
                  + " row weight",
              LogisticMessages::write,
              LogisticMessages::readOpening),
          new MessageType<>(
              44,
              ResidualChunk.class,
              "nothing: Paillier ciphertexts under the label holder's key",
              (message, out) -> {
                out.writeInt(message.number());
                out.writeBytes(message.ciphertexts());
              },
              in -> new ResidualChunk(in.readInt(), in.readBytes(MAX_CHUNK_BYTES))),
          new MessageType<>(
              45,
              MaskedGradient.class,
              "nothing: each plaintext is hidden by a mask of at least 40 bits more",
              (message, out) -> out.writeBytes(message.ciphertexts()),
              in -> new MaskedGradient(in.readBytes(MAX_COLUMNS * 1024))),
          new MessageType<>(
              46,
              GradientAnswer.class,
              "a feature holder, its own gradient with at most 24 fractional bits",
              (message, out) -> out.writeLongs(message.middleSlots()),
              in -> new GradientAnswer(in.readLongs(MAX_COLUMNS))),
          new MessageType<>(
              47,
              DotProducts.class,
              "a lone feature holder's dot products of its blocks of the L-BFGS basis; with several,"
                  + " their sums",
              (message, out) -> out.writeInt128s(message.values()),
              in -> new DotProducts(in.readInt128s(MAX_SCALARS)),
              true),
          new MessageType<>(
              48,
              Direction.class,
              "the coefficients of the L-BFGS basis",
              (message, out) -> {
                out.writeBoolean(message.pairKept());
                out.writeDoubles(message.coefficients());
              },
              in -> new Direction(in.readBoolean(), in.readDoubles(MAX_SCALARS))),
          new MessageType<>(
              49,
              Predictor.class,
              "a lone feature holder's part of the linear predictor, by row, and two scalars of the"
                  + " penalty; with several, their sums",
              (message, out) -> {
                out.writeLongs(message.values());
                out.writeInt128s(message.penalty());
              },
              in -> new Predictor(in.readLongs(Integer.MAX_VALUE), in.readInt128s(2)),
              true),
          new MessageType<>(
              50,
              Step.class,
              "the step length, and whether the fit goes on, has converged or is at its pass limit",
              (message, out) -> {
                out.writeDouble(message.length());
                out.writeByte(message.verdict().code);
              },
              in -> new Step(in.readDouble(), verdict(in))),
          new MessageType<>(
              51,
              ResidualBlobs.class,
              "nothing: the names of Paillier ciphertexts under the label holder's key, which go"
                  + " beside the link",
              (message, out) -> {
                out.writeLong(message.bytesBeside());
                byte[] all = new byte[BLOB_DIGEST_BYTES * message.digests().length];
                for (int i = 0; i < message.digests().length; i++) {
                  System.arraycopy(
                      message.digests()[i], 0, all, BLOB_DIGEST_BYTES * i, BLOB_DIGEST_BYTES);
                }
                out.writeBytes(all);
              },
              LogisticMessages::readResidualBlobs));

  private static ResidualBlobs readResidualBlobs(WireReader in) {
    long bytes = in.readLong();
    byte[] all = in.readBytes(BLOB_DIGEST_BYTES * MAX_BLOBS);
    if (all.length == 0 || all.length % BLOB_DIGEST_BYTES != 0) {
      throw new ProtocolException(
          all.length + " bytes with the names of blobs: must be some times " + BLOB_DIGEST_BYTES);
    }
    byte[][] digests = new byte[all.length / BLOB_DIGEST_BYTES][];
    if (bytes < 0 || bytes > (long) digests.length * ResidualEncryption.BLOB_CIPHERTEXTS * 1024) {
      throw new ProtocolException(
          "Invalid size of " + digests.length + " blobs: " + bytes + " bytes");
    }
    for (int i = 0; i < digests.length; i++) {
      digests[i] = Arrays.copyOfRange(all, BLOB_DIGEST_BYTES * i, BLOB_DIGEST_BYTES * (i + 1));
    }
    return new ResidualBlobs(bytes, digests);
  }

  static int ciphertextBytes(int keyBits) {
    return keyBits / 4;
  }

  static void write(MaskKey message, WireWriter out) {
    out.writeRaw(message.publicKey());
    out.writeInt(message.columns());
  }

  static MaskKey readMaskKey(WireReader in) {
    return new MaskKey(in.readRaw(POINT_BYTES), columns(in));
  }

  static void write(Opening message, WireWriter out) {
    out.writeRaw(message.fitId());
    out.writeBytes(message.publicKey());
    out.writeInt(message.residualExponent());
    out.writeInt(message.passLimit());
  }

  static Opening readOpening(WireReader in) {
    return new Opening(
        in.readRaw(FIT_ID_BYTES),
        in.readBytes(MAX_KEY_BYTES),
        in.readBetween("residual exponent", 0, 62),
        positive(in, "pass limit"));
  }

  static int positive(WireReader in, String what) {
    return in.readBetween(what, 1, Integer.MAX_VALUE);
  }

  static int columns(WireReader in) {
    return in.readBetween("column count", 1, MAX_COLUMNS);
  }

  private static Verdict verdict(WireReader in) {
    int code = in.readByte();
    for (Verdict verdict : Verdict.values()) {
      if (verdict.code == code) {
        return verdict;
      }
    }
    throw new ProtocolException("Invalid verdict " + code + ": must be 0, 1 or 2");
  }
}
