// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.config.IdRule;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.psi.ids.IdList;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes ids of columns. A text of ASCII without white space at its ends goes by its bytes; any
 * other value becomes a string and follows the rules as {@link Ids#normalise} has them. Used once.
 */
final class IdReader {
  private final Column[] parts;
  private final List<IdRule> rules;
  private final PsiDuplicates duplicates;
  private final boolean lower;
  private final boolean stripZeros;
  private final TextColumn made = new TextColumn();
  private final byte[] frame = new byte[Integer.BYTES];
  private byte[] lowered = new byte[64];
  private int length;
  private int decomposed;
  private int padded;

  IdReader(Column[] parts, List<IdRule> rules, PsiDuplicates duplicates) {
    this.parts = parts;
    this.rules = rules;
    this.duplicates = duplicates;
    lower = rules.contains(IdRule.LOWER);
    stripZeros = rules.contains(IdRule.STRIP_LEADING_ZEROS);
  }

  /** Rows that are refused for one reason. */
  private static final class Refused {
    private final List<Integer> first = new ArrayList<>();
    private int count;

    void add(int row) {
      // One more than are shown, so that it can be seen that there are more.
      if (count++ <= Table.SHOWN) {
        first.add(row);
      }
    }

    void check(String what, int rows, String where, @Nullable Table table) {
      IdCounts.check(
          count,
          rows,
          where,
          what,
          table == null || count == 0 ? "" : ", first at " + table.places(first));
    }
  }

  /**
   * Reads all rows.
   *
   * @param where what holds the ids, for errors
   * @param table to name the places of rows in; null if they have none
   */
  Ids read(int rows, String where, @Nullable Table table) {
    // A single column that no rule changes is the list of ids already.
    TextColumn same =
        rules.isEmpty() && parts.length == 1 && parts[0] instanceof TextColumn c ? c : null;
    Refused blank = new Refused();
    Refused tooLong = new Refused();
    for (int row = 0; row < rows; row++) {
      if (!(same == null ? make(row) : check(same, row))) {
        blank.add(row);
      } else if (length > Ids.MAX_BYTES) {
        tooLong.add(row);
      }
    }
    blank.check(IdCounts.BLANK, rows, where, table);
    tooLong.check(IdCounts.TOO_LONG, rows, where, table);
    IdList ids = same == null ? made.ids() : same.ids();
    int[] repeated = ids.order().repeated();
    if (duplicates == PsiDuplicates.REFUSE) {
      Refused refused = new Refused();
      for (int row : repeated) {
        refused.add(row);
      }
      refused.check(IdCounts.REPEAT, rows, where, table);
    }
    return new Ids(ids, counts(rows, 0, 0).notes(where, duplicates, repeated.length));
  }

  private IdCounts counts(int rows, int blank, int tooLong) {
    return new IdCounts(rows, blank, tooLong, decomposed, padded);
  }

  /** Reads some rows, and leaves it to others to refuse. Ids that cannot take part are left out. */
  Ids.Batch batch(int rows) {
    int blank = 0;
    int tooLong = 0;
    int kept = 0;
    int[] keep = new int[rows];
    for (int row = 0; row < rows; row++) {
      if (!make(row)) {
        blank++;
      } else if (length > Ids.MAX_BYTES) {
        tooLong++;
      } else {
        keep[kept++] = row;
      }
    }
    IdList all = made.ids();
    return new Ids.Batch(
        kept == rows ? all : all.select(Arrays.copyOf(keep, kept)), counts(rows, blank, tooLong));
  }

  /** Looks at an id that stays as it is; false if it is blank. */
  private boolean check(TextColumn column, int row) {
    length = column.end(row) - column.start(row);
    return isPlain(column, row) || note(Ids.normalise(column.text(row), rules));
  }

  /** Makes one id; false if a part of it is blank. */
  private boolean make(int row) {
    boolean complete = true;
    length = 0;
    for (Column part : parts) {
      if (part instanceof TextColumn text && isPlain(text, row)) {
        complete &= makePlain(text, row);
      } else {
        complete &= makeAny(part, row);
      }
    }
    made.end();
    return complete;
  }

  /** Whether all is ASCII, with something at both ends that is not white space. */
  private static boolean isPlain(TextColumn column, int row) {
    int from = column.start(row);
    int to = column.end(row);
    return from < to
        && (column.isAscii() || isAscii(column.bytes(), from, to))
        && !Character.isWhitespace(column.bytes()[from])
        && !Character.isWhitespace(column.bytes()[to - 1]);
  }

  private static boolean isAscii(byte[] bytes, int from, int to) {
    int bits = 0;
    for (int i = from; i < to; i++) {
      bits |= bytes[i];
    }
    return bits >= 0;
  }

  private boolean makePlain(TextColumn column, int row) {
    byte[] bytes = column.bytes();
    int from = column.start(row);
    int to = column.end(row);
    if (stripZeros) {
      while (from < to - 1 && bytes[from] == '0') {
        from++;
      }
      if (Character.isWhitespace(bytes[from])) {
        return makeAny(column, row);
      }
    }
    if (lower) {
      bytes = lower(bytes, from, to);
      to -= from;
      from = 0;
    }
    append(bytes, from, to);
    return true;
  }

  private byte[] lower(byte[] bytes, int from, int to) {
    if (lowered.length < to - from) {
      lowered = new byte[to - from];
    }
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      lowered[i - from] = b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
    }
    return lowered;
  }

  private boolean makeAny(Column part, int row) {
    String text = Ids.normalise(part.text(row), rules);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    append(bytes, 0, bytes.length);
    return note(text);
  }

  private boolean note(String text) {
    decomposed += Normalizer.isNormalized(text, Normalizer.Form.NFC) ? 0 : 1;
    padded += text.equals(text.strip()) ? 0 : 1;
    return !text.isBlank();
  }

  /** As {@link Ids#encode} has it. */
  private void append(byte[] bytes, int from, int to) {
    int size = to - from;
    if (parts.length > 1) {
      frame[0] = (byte) (size >>> 24);
      frame[1] = (byte) (size >>> 16);
      frame[2] = (byte) (size >>> 8);
      frame[3] = (byte) size;
      made.append(frame, 0, frame.length);
      length += frame.length;
    }
    made.append(bytes, from, to);
    length += size;
  }
}
