// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.psi.ids.IdList;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.function.Function;

/**
 * Which ids a step had when a party kept how far it was: a step goes on with the same ones only.
 *
 * @param count how many there were
 * @param digest of all, {@link IdList#digest}
 */
public record KeptIds(int count, byte[] digest) {
  private static final int DIGEST_BYTES = 32;

  public static void write(IdList ids, WireWriter out) {
    new KeptIds(ids.size(), ids.digest()).write(out);
  }

  public void write(WireWriter out) {
    out.writeInt(count);
    out.writeRaw(digest);
  }

  /**
   * SHA-256 over ids and a value for each: of others neither is the same.
   *
   * @param ids their {@link IdList#digest}
   * @param values in the order of the ids
   */
  public static byte[] digest(byte[] ids, long[] values) {
    MessageDigest sha256 = Sha256.newDigest();
    sha256.update(ids);
    ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
    for (long value : values) {
      sha256.update(number.putLong(0, value).array());
    }
    return sha256.digest();
  }

  public static KeptIds read(WireReader in) {
    return new KeptIds(in.readInt(), in.readRaw(DIGEST_BYTES));
  }

  /**
   * Reads what a step kept.
   *
   * @param of what it tells of, for the error
   * @throws CheckpointException if it cannot be read
   */
  public static <T> T readState(byte[] state, String of, Function<WireReader, T> read) {
    try {
      return read.apply(new WireReader(state));
    } catch (ProtocolException e) {
      throw new CheckpointException(
          "The "
              + state.length
              + " bytes that this party kept of "
              + of
              + " cannot be read: another version of the program wrote them. Go on with that one,"
              + " or begin anew",
          e);
    }
  }

  /**
   * Refuses other ids.
   *
   * @throws CheckpointException if the ids are not the same ones
   */
  public void requireSame(IdList ids) {
    requireSame(ids.size(), ids.digest());
  }

  /**
   * Refuses other ids than so many with this digest.
   *
   * @throws CheckpointException if the ids are not the same ones
   */
  public void requireSame(int now, byte[] digestNow) {
    if (count != now || !MessageDigest.isEqual(digest, digestNow)) {
      throw new CheckpointException(
          "The ids have changed since the last commit of this step: "
              + count
              + " then, "
              + now
              + (count == now ? " others" : "")
              + " now. Put the data back or begin anew");
    }
  }
}
