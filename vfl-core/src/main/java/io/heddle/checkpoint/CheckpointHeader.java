// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands in the clear, but checked, before a body.
 *
 * @param session what tells it from every other one of the job, 64 hex digits
 * @param number of the commit
 * @param terms the digest of the agreed terms, 64 hex digits
 * @param data the digest of the own data, 64 hex digits
 * @param journal how far the journal was
 */
record CheckpointHeader(
    String session,
    long number,
    String terms,
    String data,
    Platform platform,
    JournalMark journal) {
  private static final HexFormat HEX = HexFormat.of();
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  CheckpointHeader {
    requireDigest("session", session);
    requireDigest("digest of the terms", terms);
    requireDigest("digest of the data", data);
    if (number < 0) {
      throw new IllegalArgumentException("Invalid commit " + number + ": must be at least 0");
    }
  }

  static void requireDigest(String what, String value) {
    if (!DIGEST.matcher(value).matches()) {
      throw new IllegalArgumentException("Invalid " + what + ": must be 64 lower-case hex digits");
    }
  }

  byte[] toBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    try {
      out.write(HEX.parseHex(session));
      out.writeLong(number);
      out.write(HEX.parseHex(terms));
      out.write(HEX.parseHex(data));
      out.writeLong(journal.records());
      out.write(HEX.parseHex(journal.head()));
      out.writeUTF(platform.arch());
      out.writeUTF(platform.vm());
      out.writeUTF(platform.version());
    } catch (IOException e) {
      throw new AssertionError("Memory takes what is written", e);
    }
    return bytes.toByteArray();
  }

  /** Reads what {@link #toBytes} gave; null if it is not that. */
  static @Nullable CheckpointHeader read(byte[] bytes) {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    try {
      String session = hex(in, 32);
      long number = in.readLong();
      String terms = hex(in, 32);
      String data = hex(in, 32);
      JournalMark journal = new JournalMark(in.readLong(), hex(in, Gcm.TAG_BYTES));
      Platform platform = new Platform(in.readUTF(), in.readUTF(), in.readUTF());
      return in.available() > 0 || number < 0
          ? null
          : new CheckpointHeader(session, number, terms, data, platform, journal);
    } catch (IOException e) {
      return null;
    }
  }

  private static String hex(DataInputStream in, int bytes) throws IOException {
    byte[] value = new byte[bytes];
    in.readFully(value);
    return HEX.formatHex(value);
  }
}
