// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import io.heddle.error.ConfigurationException;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Along which of its own columns the label holder lets no score of boosted trees fall, or none
 * rise, all other columns being equal: XGBoost's {@code monotone_constraints}, by names. The label
 * holder's alone: nothing of them goes to a peer. Immutable.
 *
 * @param directions by column, 1 where no score may fall as the column rises, -1 where none may
 *     rise
 */
public record MonotoneConstraints(SortedMap<String, Integer> directions) {
  /** No column is constrained. */
  public static final MonotoneConstraints NONE = new MonotoneConstraints(new TreeMap<>());

  /** What they are written as, for errors. */
  public static final String ALLOWED =
      "COLUMN=1 where predictions may not fall as the column rises, or COLUMN=-1 where they may not"
          + " rise, with commas between, no column twice";

  public MonotoneConstraints {
    directions = Collections.unmodifiableSortedMap(new TreeMap<>(directions));
    if (directions.values().stream().anyMatch(direction -> Math.abs(direction) != 1)) {
      throw new IllegalArgumentException("Invalid directions " + directions + ": must be 1 or -1");
    }
  }

  /**
   * Reads one text, such as {@code income=1,age=-1}; an empty one has none.
   *
   * @throws IllegalArgumentException saying what is allowed
   */
  public static MonotoneConstraints parse(String text) {
    return text.isBlank() ? NONE : parse(List.of(text.split(",", -1)));
  }

  /**
   * Reads a text for each column.
   *
   * @throws IllegalArgumentException saying what is allowed
   */
  public static MonotoneConstraints parse(List<String> texts) {
    SortedMap<String, Integer> directions = new TreeMap<>();
    for (String text : texts) {
      // A column's name may have the sign in it.
      int at = text.lastIndexOf('=');
      String column = text.substring(0, Math.max(0, at)).strip();
      int direction =
          switch (text.substring(at + 1).strip()) {
            case "1", "+1" -> 1;
            case "-1" -> -1;
            default -> 0;
          };
      if (column.isEmpty() || direction == 0 || directions.put(column, direction) != null) {
        throw new IllegalArgumentException(
            "Invalid monotoneConstraints " + String.join(",", texts) + ": must be " + ALLOWED);
      }
    }
    return new MonotoneConstraints(directions);
  }

  public boolean isEmpty() {
    return directions.isEmpty();
  }

  /**
   * The direction of each of some columns, 0 where it has none.
   *
   * @throws ConfigurationException if a constrained column is not among them; names it
   */
  public int[] of(List<String> columns) {
    for (String column : directions.keySet()) {
      if (!columns.contains(column)) {
        throw new ConfigurationException(
            "Invalid monotoneConstraints "
                + this
                + ": "
                + column
                + " must be one of the label holder's "
                + columns.size()
                + " columns "
                + columns);
      }
    }
    return columns.stream().mapToInt(column -> directions.getOrDefault(column, 0)).toArray();
  }

  /** As they are written. */
  @Override
  public String toString() {
    return directions.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
