// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.config.IdRule;
import io.heddle.error.DataException;
import io.heddle.psi.table.Ids;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The bytes by which rows are compared: the id columns after the job's rules, each behind its
 * length.
 */
final class IdKeys {
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
      if (key.length > Ids.MAX_BYTES) {
        tooLong++;
      }
      if (!seen.add(ByteBuffer.wrap(key))) {
        twice++;
      }
      keys.add(key);
    }
    refuse(missing, rows.size(), idCols, "are missing or blank");
    refuse(tooLong, rows.size(), idCols, "are longer than " + Ids.MAX_BYTES + " bytes");
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
    String[] parts = new String[row.length];
    for (int j = 0; j < row.length; j++) {
      parts[j] = Ids.normalise(row[j], rules);
      if (parts[j].isBlank()) {
        return null;
      }
    }
    return Ids.encode(parts);
  }
}
