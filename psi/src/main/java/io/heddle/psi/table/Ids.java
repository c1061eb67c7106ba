// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.config.IdRule;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.error.DataException;
import io.heddle.psi.ids.IdList;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The ids of a table's rows as the bytes that the parties compare, none missing; whether one may
 * stand in several rows is the job's to say. An integer and the same number as text are one id;
 * {@code 007} and {@code 7} are two unless the rules say otherwise.
 *
 * @param values the id of each row
 * @param notes what a person should know, without any id
 */
public record Ids(IdList values, List<String> notes) {
  /** No id of more bytes takes part. */
  public static final int MAX_BYTES = 64 * 1024;

  /** The ids of all rows, none of which may repeat. */
  public static Ids of(Table table, List<String> columns, List<IdRule> rules) {
    return of(table, columns, rules, PsiDuplicates.REFUSE);
  }

  /**
   * Reads the ids of all rows.
   *
   * @param columns the columns that together are the id; a single one stands for itself, more are
   *     joined so that no two different rows join to the same bytes
   * @param rules what is done to each part first, in this order
   * @param duplicates whether ids may repeat; the values hold all of them
   * @throws DataException if a column is missing or holds fractions, or ids are missing, blank, too
   *     long or repeat where they must not: says how many and where the first ones stand
   */
  public static Ids of(
      Table table, List<String> columns, List<IdRule> rules, PsiDuplicates duplicates) {
    if (columns.isEmpty()) {
      throw new IllegalArgumentException("No id column given: must be at least one");
    }
    Column[] parts = new Column[columns.size()];
    for (int j = 0; j < parts.length; j++) {
      String name = columns.get(j);
      parts[j] = table.column(name);
      if (parts[j].kind() == Column.Kind.REAL) {
        throw new DataException(
            "Column "
                + name
                + " of "
                + table.file()
                + " holds floating-point numbers: an id must be text or whole numbers");
      }
    }
    return new IdReader(parts, rules, duplicates)
        .read(table.rows(), String.join(" + ", columns) + " in " + table.file(), table);
  }

  /**
   * The ids of rows that were read elsewhere.
   *
   * @param rows for each row what stands in its id columns, null where nothing does
   * @param columns the names of these columns, for errors
   * @param duplicates whether ids may repeat; the values hold all of them
   * @throws DataException if ids are missing, blank, too long or repeat where they must not: says
   *     how many
   */
  public static Ids of(
      List<@Nullable String[]> rows,
      List<String> columns,
      List<IdRule> rules,
      PsiDuplicates duplicates) {
    return new IdReader(parts(rows, columns.size()), rules, duplicates)
        .read(rows.size(), String.join(" + ", columns), null);
  }

  private static TextColumn[] parts(List<@Nullable String[]> rows, int columns) {
    TextColumn[] parts = new TextColumn[columns];
    for (int j = 0; j < parts.length; j++) {
      parts[j] = new TextColumn();
      for (@Nullable String[] row : rows) {
        parts[j].add(row[j]);
      }
    }
    return parts;
  }

  /**
   * The ids of some rows of a table.
   *
   * @param values those that can take part, in the order of their rows; they may repeat
   * @param counts of all of them
   */
  public record Batch(IdList values, IdCounts counts) {}

  /**
   * The ids of some rows of a table whose others are read elsewhere. Refuses nothing: that is for
   * whoever has the counts of all.
   *
   * @param rows as in {@link #of(List, List, List, PsiDuplicates)}; at least one
   */
  public static Batch batch(List<@Nullable String[]> rows, List<IdRule> rules) {
    return new IdReader(parts(rows, rows.get(0).length), rules, PsiDuplicates.EXPAND)
        .batch(rows.size());
  }

  /** The id of one row; null if it cannot take part. */
  public static byte @Nullable [] one(@Nullable String[] row, List<IdRule> rules) {
    String[] parts = new String[row.length];
    for (int j = 0; j < parts.length; j++) {
      parts[j] = normalise(row[j], rules);
      if (parts[j].isBlank()) {
        return null;
      }
    }
    byte[] id = encode(parts);
    return id.length > MAX_BYTES ? null : id;
  }

  /** One part of an id after the rules; a missing one is empty. */
  static String normalise(@Nullable String part, List<IdRule> rules) {
    String text = part == null ? "" : part;
    for (IdRule rule : rules) {
      text =
          switch (rule) {
            case TRIM -> text.strip();
            case LOWER -> text.toLowerCase(Locale.ROOT);
            case NFC -> Normalizer.normalize(text, Normalizer.Form.NFC);
            case STRIP_LEADING_ZEROS -> stripZeros(text);
          };
    }
    return text;
  }

  private static String stripZeros(String text) {
    int from = 0;
    while (from < text.length() - 1 && text.charAt(from) == '0') {
      from++;
    }
    return text.substring(from);
  }

  /**
   * The bytes of an id: of one part its UTF-8 form; of several each part's length in four bytes,
   * then its UTF-8 form, so that {@code ab + c} and {@code a + bc} differ.
   */
  public static byte[] encode(String... parts) {
    if (parts.length == 1) {
      return parts[0].getBytes(StandardCharsets.UTF_8);
    }
    byte[][] encoded = new byte[parts.length][];
    int size = 0;
    for (int j = 0; j < parts.length; j++) {
      encoded[j] = parts[j].getBytes(StandardCharsets.UTF_8);
      size += Integer.BYTES + encoded[j].length;
    }
    ByteBuffer joined = ByteBuffer.allocate(size);
    for (byte[] part : encoded) {
      joined.putInt(part.length).put(part);
    }
    return joined.array();
  }
}
