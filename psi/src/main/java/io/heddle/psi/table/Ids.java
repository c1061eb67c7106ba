// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import io.heddle.config.IdRule;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.error.DataException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The ids of a table's rows as the bytes that the parties compare, none missing; whether one may
 * stand in several rows is the job's to say. An integer and the same number as text are one id;
 * {@code 007} and {@code 7} are two unless the rules say otherwise.
 *
 * @param values the id of each row
 * @param notes what a person should know, without any id
 */
public record Ids(List<byte[]> values, List<String> notes) {
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
    List<Column> parts = new ArrayList<>();
    for (String name : columns) {
      Column column = table.column(name);
      if (column.kind() == Column.Kind.REAL) {
        throw new DataException(
            "Column "
                + name
                + " of "
                + table.file()
                + " holds floating-point numbers: an id must be text or whole numbers");
      }
      parts.add(column);
    }
    return of(
        table.rows(),
        row -> parts.stream().map(part -> part.text(row)).toArray(String[]::new),
        rules,
        duplicates,
        String.join(" + ", columns) + " in " + table.file(),
        places -> ", first at " + table.places(places));
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
    return of(rows.size(), rows::get, rules, duplicates, String.join(" + ", columns), places -> "");
  }

  private static Ids of(
      int rows,
      IntFunction<@Nullable String[]> partsOf,
      List<IdRule> rules,
      PsiDuplicates duplicates,
      String where,
      Function<List<Integer>, String> places) {
    byte[][] values = new byte[rows][];
    List<Integer> blank = new ArrayList<>();
    List<Integer> tooLong = new ArrayList<>();
    int decomposed = 0;
    int padded = 0;
    for (int row = 0; row < rows; row++) {
      @Nullable String[] parts = partsOf.apply(row);
      String[] texts = new String[parts.length];
      boolean complete = true;
      for (int j = 0; j < texts.length; j++) {
        String text = normalise(parts[j], rules);
        complete &= !text.isBlank();
        decomposed += Normalizer.isNormalized(text, Normalizer.Form.NFC) ? 0 : 1;
        padded += text.equals(text.strip()) ? 0 : 1;
        texts[j] = text;
      }
      values[row] = encode(texts);
      if (!complete) {
        blank.add(row);
      } else if (values[row].length > MAX_BYTES) {
        tooLong.add(row);
      }
    }
    BiConsumer<List<Integer>, String> refuse =
        (bad, what) -> {
          if (!bad.isEmpty()) {
            throw new DataException(
                bad.size() + " of " + rows + " ids of " + where + " " + what + places.apply(bad));
          }
        };
    refuse.accept(blank, "are missing or blank");
    refuse.accept(tooLong, "are longer than " + MAX_BYTES + " bytes");
    List<Integer> repeated = repeated(values);
    List<String> notes = new ArrayList<>();
    switch (duplicates) {
      case REFUSE -> refuse.accept(repeated, "repeat an earlier id; each must stand once");
      case FIRST -> addRepeated(notes, repeated, rows, where, "these rows are left out");
      case EXPAND -> addRepeated(notes, repeated, rows, where, "each of these rows counts");
    }
    if (decomposed > 0) {
      notes.add(
          decomposed
              + " ids of "
              + where
              + " are not in Unicode's composed form and meet only ids written the same way; psi.normalise = [nfc] in the job file makes them meet");
    }
    if (padded > 0) {
      notes.add(
          padded
              + " ids of "
              + where
              + " start or end with white space; psi.normalise = [trim] in the job file drops it");
    }
    return new Ids(Arrays.asList(values), notes);
  }

  private static void addRepeated(
      List<String> notes, List<Integer> repeated, int rows, String where, String what) {
    if (!repeated.isEmpty()) {
      notes.add(
          repeated.size()
              + " of "
              + rows
              + " ids of "
              + where
              + " repeat an earlier id; "
              + what
              + " (psi.duplicates)");
    }
  }

  public Ids {
    values = List.copyOf(values);
    notes = List.copyOf(notes);
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

  /**
   * Rows whose id stands in an earlier row; one open-addressed table of row numbers, no objects.
   */
  private static List<Integer> repeated(byte[][] values) {
    int mask = Math.max(4, Integer.highestOneBit(Math.max(1, values.length)) << 2) - 1;
    int[] slots = new int[mask + 1];
    List<Integer> repeated = new ArrayList<>();
    for (int row = 0; row < values.length; row++) {
      int hash = Arrays.hashCode(values[row]);
      int slot = (hash ^ (hash >>> 15)) * 0x9E3779B1 & mask;
      while (slots[slot] != 0 && !Arrays.equals(values[slots[slot] - 1], values[row])) {
        slot = (slot + 1) & mask;
      }
      if (slots[slot] != 0) {
        repeated.add(row);
      } else {
        slots[slot] = row + 1;
      }
    }
    return repeated;
  }
}
