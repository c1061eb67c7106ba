// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.error.DataException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What was seen of ids as they were made, in one part of a table or in all of it.
 *
 * @param rows how many rows there are
 * @param blank how many of their ids are missing or blank
 * @param tooLong how many of their ids are too long
 * @param decomposed how many of their parts are not in Unicode's composed form
 * @param padded how many of their parts have white space at an end
 */
public record IdCounts(long rows, long blank, long tooLong, long decomposed, long padded)
    implements Serializable {
  /** Of no rows. */
  public static final IdCounts NONE = new IdCounts(0, 0, 0, 0, 0);

  static final String BLANK = "are missing or blank";
  static final String TOO_LONG = "are longer than " + Ids.MAX_BYTES + " bytes";
  static final String REPEAT = "repeat an earlier id; each must stand once";

  /** Those of two parts. */
  public IdCounts plus(IdCounts other) {
    return new IdCounts(
        rows + other.rows,
        blank + other.blank,
        tooLong + other.tooLong,
        decomposed + other.decomposed,
        padded + other.padded);
  }

  /** How many ids cannot take part. */
  public long refused() {
    return blank + tooLong;
  }

  /**
   * Refuses ids that must not take part.
   *
   * @param where the names of the columns
   * @param repeated how many ids stand in another row already
   * @throws DataException saying how many there are
   */
  public void check(String where, PsiDuplicates duplicates, long repeated) {
    check(blank, rows, where, BLANK, "");
    check(tooLong, rows, where, TOO_LONG, "");
    check(duplicates == PsiDuplicates.REFUSE ? repeated : 0, rows, where, REPEAT, "");
  }

  static void check(long count, long rows, String where, String what, String places) {
    if (count > 0) {
      throw new DataException(count + " of " + rows + " ids of " + where + " " + what + places);
    }
  }

  /**
   * What a person should know, without any id.
   *
   * @param where what holds the ids
   * @param repeated how many ids stand in another row already
   */
  public List<String> notes(String where, PsiDuplicates duplicates, long repeated) {
    List<String> notes = new ArrayList<>();
    if (repeated > 0) {
      notes.add(
          repeated
              + " of "
              + rows
              + " ids of "
              + where
              + " repeat an earlier id; "
              + (duplicates == PsiDuplicates.FIRST
                  ? "these rows are left out"
                  : "each of these rows counts")
              + " (psi.duplicates)");
    }
    if (decomposed > 0) {
      notes.add(
          decomposed
              + " ids of "
              + where
              + " are not in Unicode's composed form and meet only ids written the same way;"
              + " psi.normalise = [nfc] in the job file makes them meet");
    }
    if (padded > 0) {
      notes.add(
          padded
              + " ids of "
              + where
              + " start or end with white space; psi.normalise = [trim] in the job file drops it");
    }
    return notes;
  }
}
