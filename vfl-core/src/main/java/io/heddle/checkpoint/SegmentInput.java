// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.error.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/**
 * Gives a body back, each segment after its check. The end comes only after the segment that was
 * written as the last one. Not safe for several threads.
 */
final class SegmentInput extends InputStream {
  private final Path file;
  private final Gcm gcm;
  private final InputStream in;
  private final byte[] sealed = new byte[Segments.BYTES + Gcm.TAG_BYTES];
  private final byte[] plain = new byte[Segments.BYTES];
  private long left;
  private int filled;
  private int taken;
  private int number;
  private boolean last;

  /**
   * Reads on from where the body begins.
   *
   * @param left how many bytes the file still has
   */
  SegmentInput(Path file, Gcm gcm, InputStream in, long left) {
    this.file = file;
    this.gcm = gcm;
    this.in = in;
    this.left = left;
  }

  @Override
  public int read() throws IOException {
    return fill() ? plain[taken++] & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int take = Math.min(length, filled - taken);
    System.arraycopy(plain, taken, bytes, offset, take);
    taken += take;
    return take;
  }

  @Override
  public int available() {
    return filled - taken;
  }

  private boolean fill() throws IOException {
    while (taken == filled && !last) {
      next();
    }
    return taken < filled;
  }

  private void next() throws IOException {
    number = Math.addExact(number, 1);
    int length = (int) Math.min(left, sealed.length);
    boolean end = length == left;
    int opened =
        length < Gcm.TAG_BYTES || in.readNBytes(sealed, 0, length) < length
            ? -1
            : gcm.open(Segments.nonce(number, end), Segments.NO_AAD, sealed, length, plain);
    if (opened < 0) {
      throw new CheckpointException(
          "Cannot use the checkpoint "
              + file
              + ": segment "
              + number
              + " of its body was changed, or the file was cut or extended there");
    }
    left -= length;
    last = end;
    filled = opened;
    taken = 0;
  }

  /** Forgets the plain bytes. */
  @Override
  public void close() throws IOException {
    last = true;
    filled = 0;
    taken = 0;
    Arrays.fill(plain, (byte) 0);
    in.close();
  }
}
