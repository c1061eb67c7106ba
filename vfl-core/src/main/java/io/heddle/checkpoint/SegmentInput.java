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
  private final byte[] sealed = new byte[Segments.BATCH_BYTES];
  private final byte[] plain = new byte[Segments.BYTES];
  // Of the file that are not in sealed yet, then what of sealed is not opened yet.
  private long left;
  private int from;
  private int to;
  // What of plain is not given out yet.
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
    if (taken == filled && !last && length >= Segments.BYTES) {
      // Straight to where it is asked for. Only the segment of an empty body has no bytes.
      int opened = next(bytes, offset);
      return opened > 0 ? opened : -1;
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
      filled = next(plain, 0);
      taken = 0;
    }
    return taken < filled;
  }

  /**
   * Opens the next segment.
   *
   * @return how many bytes went to {@code bytes}, which has room for a whole segment
   */
  private int next(byte[] bytes, int offset) throws IOException {
    number = Math.addExact(number, 1);
    boolean read = true;
    if (from == to) {
      from = 0;
      to = (int) Math.min(left, sealed.length);
      left -= to;
      read = in.readNBytes(sealed, 0, to) == to;
    }
    int length = Math.min(to - from, Segments.SEALED_BYTES);
    boolean end = length == to - from && left == 0;
    int opened =
        !read || length < Gcm.TAG_BYTES
            ? -1
            : gcm.open(
                Segments.nonce(number, end), Segments.NO_AAD, sealed, from, length, bytes, offset);
    if (opened < 0) {
      throw new CheckpointException(
          "Cannot use the checkpoint "
              + file
              + ": segment "
              + number
              + " of its body was changed, or the file was cut or extended there");
    }
    from += length;
    last = end;
    return opened;
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
