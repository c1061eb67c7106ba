// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import io.heddle.crypto.Sha256;
import io.heddle.error.ProtocolException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;

/**
 * A blob on its way into a store: bytes are appended until it is whole. Not safe for several
 * threads.
 */
public final class BlobUpload implements AutoCloseable {
  /** Where the bytes go until they are known to be what was announced. */
  interface Draft {
    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Has it under its name from now on. */
    void keep() throws IOException;

    /** Forgets it, if it is not kept. */
    void drop() throws IOException;
  }

  private final BlobStore store;
  private final byte[] digest;
  private final Draft draft;
  private final MessageDigest actual = Sha256.newDigest();
  private int missing;

  BlobUpload(BlobStore store, byte[] digest, int length, Draft draft) {
    this.store = store;
    this.digest = digest.clone();
    this.draft = draft;
    missing = length;
  }

  /** How many bytes are to come. */
  public int missing() {
    return missing;
  }

  /**
   * Takes the next bytes.
   *
   * @throws ProtocolException if they are more than were announced
   */
  public void append(byte[] bytes, int offset, int length) {
    if (length > missing) {
      throw new ProtocolException("A blob is longer than announced");
    }
    actual.update(bytes, offset, length);
    try {
      draft.write(bytes, offset, length);
    } catch (IOException e) {
      throw store.cannotWrite(e);
    }
    missing -= length;
  }

  /**
   * Has the blob in the store under its name: on the disk, but for what a temporary store keeps in
   * memory.
   *
   * @throws ProtocolException if it is another one than was announced; nothing is kept
   */
  public void finish() {
    if (missing > 0 || !MessageDigest.isEqual(actual.digest(), digest)) {
      throw new ProtocolException("Damaged blob, SHA-256 does not match");
    }
    try {
      draft.keep();
    } catch (NoSuchFileException e) {
      throw BlobStore.closedMeanwhile(e);
    } catch (IOException e) {
      throw store.cannotWrite(e);
    }
  }

  /** Forgets the blob if it is not finished. */
  @Override
  public void close() {
    try {
      draft.drop();
    } catch (IOException e) {
      throw store.cannotWrite(e);
    }
  }
}
