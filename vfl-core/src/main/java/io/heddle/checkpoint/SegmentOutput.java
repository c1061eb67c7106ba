// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Encrypts a body of any length segment by segment. Only {@link #finish} writes the last one, and
 * without it there is no file. Not safe for several threads.
 */
final class SegmentOutput extends OutputStream {
  private final Gcm gcm;
  private final OutputStream out;
  private final byte[] plain = new byte[Segments.BYTES];
  private final byte[] sealed = new byte[Segments.BATCH_BYTES];
  private int filled;
  private int ready;
  private int number;
  private boolean ended;

  SegmentOutput(Gcm gcm, OutputStream out) {
    this.gcm = gcm;
    this.out = out;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (ended) {
      throw new IOException("The body has ended");
    }
    for (int done = 0; done < length; ) {
      if (filled == plain.length) {
        seal(false, plain, 0, filled);
        filled = 0;
      }
      int left = length - done;
      if (filled == 0 && left > plain.length) {
        // Not the last one, as more follows: sealed where it stands.
        seal(false, bytes, offset + done, plain.length);
        done += plain.length;
      } else {
        int take = Math.min(left, plain.length - filled);
        System.arraycopy(bytes, offset + done, plain, filled, take);
        filled += take;
        done += take;
      }
    }
  }

  private void seal(boolean last, byte[] bytes, int offset, int length) throws IOException {
    number = Math.addExact(number, 1);
    ready +=
        gcm.seal(
            Segments.nonce(number, last), Segments.NO_AAD, bytes, offset, length, sealed, ready);
    if (last || ready == sealed.length) {
      out.write(sealed, 0, ready);
      ready = 0;
    }
  }

  /** Writes the last segment, which may be empty or full. */
  void finish() throws IOException {
    if (ended) {
      throw new IOException("The body has ended");
    }
    seal(true, plain, 0, filled);
    wipe();
  }

  /** Forgets the plain bytes. */
  void wipe() {
    ended = true;
    Arrays.fill(plain, (byte) 0);
  }

  /** Nothing: whoever writes the body may close what it wrapped around, and the file goes on. */
  @Override
  public void close() {}
}
