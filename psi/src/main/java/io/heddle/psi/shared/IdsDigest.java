// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.crypto.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/** SHA-256 over a list of ids, for what follows from it; shown to nobody. */
public final class IdsDigest {
  private IdsDigest() {}

  /** Over the 32-bit length of each id, and the id. */
  public static byte[] of(List<byte[]> ids) {
    MessageDigest sha256 = Sha256.newDigest();
    ByteBuffer length = ByteBuffer.allocate(Integer.BYTES);
    for (byte[] id : ids) {
      sha256.update(length.putInt(0, id.length).array());
      sha256.update(id);
    }
    return sha256.digest();
  }
}
