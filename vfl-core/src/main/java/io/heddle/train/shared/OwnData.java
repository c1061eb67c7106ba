// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.shared;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one party brings to a step, as SHA-256: a step that was broken off goes on with the same
 * data only. Other data under the same masks would show the difference.
 *
 * @param alignment the digest of the aligned ids
 * @param columns one digest for each column: its name, its grid, its values in fixed point
 * @param rest that of the labels and their weights, or of what else of the model part goes in
 */
public record OwnData(byte[] alignment, List<byte[]> columns, byte[] rest) {
  /** Of each digest. */
  public static final int DIGEST_BYTES = 32;

  /** How long {@link #write} makes it. */
  public static long bytes(int columns) {
    return (2L + columns) * DIGEST_BYTES + Integer.BYTES;
  }

  /** The digest of the label holder's labels and, where they differ, their weights. */
  public static byte[] digest(double[] labels, double @Nullable [] weights) {
    MessageDigest digest = Sha256.newDigest();
    update(digest, labels);
    digest.update((byte) (weights == null ? 0 : 1));
    if (weights != null) {
      update(digest, weights);
    }
    return digest.digest();
  }

  /** Takes numbers into a digest, bit by bit. */
  public static void update(MessageDigest digest, double... values) {
    ByteBuffer buffer = ByteBuffer.allocate(Double.BYTES);
    for (double value : values) {
      digest.update(buffer.putDouble(0, value).array());
    }
  }

  /** One digest over all. */
  public byte[] digest() {
    MessageDigest digest = Sha256.newDigest();
    digest.update(alignment);
    columns.forEach(digest::update);
    return digest.digest(rest);
  }

  /**
   * Compares what was there at the last commit with what is there now.
   *
   * @param names those of the columns now
   * @param restHas how a sentence about the rest begins
   * @throws CheckpointException tells what differs, by names and counts
   */
  public void requireSame(OwnData now, List<String> names, String restHas) {
    if (!Arrays.equals(alignment, now.alignment)) {
      throw changed("The aligned rows have");
    }
    if (columns.size() != now.columns.size()) {
      throw changed(now.columns.size() + " columns, " + columns.size() + " before: they have");
    }
    List<String> differing = new ArrayList<>();
    for (int j = 0; j < columns.size(); j++) {
      if (!Arrays.equals(columns.get(j), now.columns.get(j))) {
        differing.add(names.get(j));
      }
    }
    if (!differing.isEmpty()) {
      throw changed(
          differing.size()
              + " of "
              + columns.size()
              + " columns ("
              + differing.get(0)
              + (differing.size() > 1 ? ", ..." : "")
              + ") have");
    }
    if (!Arrays.equals(rest, now.rest)) {
      throw changed(restHas);
    }
  }

  private static CheckpointException changed(String what) {
    return new CheckpointException(
        what + " changed since the last commit of this step: put the data back or begin anew");
  }

  /** Writes all digests. */
  public void write(WireWriter out) {
    out.writeRaw(alignment);
    out.writeInt(columns.size());
    columns.forEach(out::writeRaw);
    out.writeRaw(rest);
  }

  /** Reads what {@link #write} gave. */
  public static OwnData read(WireReader in) {
    return new OwnData(
        in.readRaw(DIGEST_BYTES),
        StateFormat.readList(in, each -> each.readRaw(DIGEST_BYTES)),
        in.readRaw(DIGEST_BYTES));
  }
}
