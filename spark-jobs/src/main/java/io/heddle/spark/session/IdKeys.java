// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.config.IdRule;
import io.heddle.error.DataException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bytes by which rows are compared: the id columns after the job's rules, each behind its
 * length.
 */
final class IdKeys {
  private static final int MAX_BYTES = 1 << 16;

  private IdKeys() {}

  /**
   * One key per row.
   *
   * @throws DataException with counts, if an id is missing, blank, too long or stands twice
   */
  static List<byte[]> of(List<@Nullable String[]> rows, List<String> idCols, List<IdRule> rules) {
    List<byte[]> keys = new ArrayList<>(rows.size());
    Set<ByteBuffer> seen = new HashSet<>(rows.size() * 2);
    int missing = 0;
    int twice = 0;
    int tooLong = 0;
    for (String[] row : rows) {
      byte[] key = key(row, rules);
      if (key == null) {
        missing++;
        continue;
      }
      if (key.length > MAX_BYTES) {
        tooLong++;
      }
      if (!seen.add(ByteBuffer.wrap(key))) {
        twice++;
      }
      keys.add(key);
    }
    refuse(missing, rows.size(), idCols, "are missing or blank");
    refuse(tooLong, rows.size(), idCols, "are longer than " + MAX_BYTES + " bytes");
    refuse(twice, rows.size(), idCols, "stand in the table already: each id may stand once");
    return keys;
  }

  private static void refuse(int count, int of, List<String> idCols, String why) {
    if (count > 0) {
      throw new DataException(
          "Id column " + String.join(", ", idCols) + ": " + count + " of " + of + " ids " + why);
    }
  }

  private static byte @Nullable [] key(@Nullable String[] row, List<IdRule> rules) {
    List<byte[]> parts = new ArrayList<>(row.length);
    int length = 0;
    for (String text : row) {
      if (text == null) {
        return null;
      }
      for (IdRule rule : rules) {
        text = apply(rule, text);
      }
      if (text.isBlank()) {
        return null;
      }
      byte[] part = text.getBytes(StandardCharsets.UTF_8);
      parts.add(part);
      length += 4 + part.length;
    }
    ByteBuffer key = ByteBuffer.allocate(length);
    parts.forEach(part -> key.putInt(part.length).put(part));
    return key.array();
  }

  private static String apply(IdRule rule, String text) {
    return switch (rule) {
      case TRIM -> text.strip();
      case LOWER -> text.toLowerCase(Locale.ROOT);
      case NFC -> Normalizer.normalize(text, Normalizer.Form.NFC);
      case STRIP_LEADING_ZEROS -> text.replaceFirst("^0+(?=.)", "");
    };
  }
}
