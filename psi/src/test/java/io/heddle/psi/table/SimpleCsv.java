// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.table;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules of CSV files once more, character by character, as slow as it likes. */
final class SimpleCsv {
  /** What a table holds. */
  record Content(List<String> names, List<List<@Nullable String>> rows, List<Integer> lines) {
    static Content of(Table table) {
      List<List<@Nullable String>> rows = new ArrayList<>();
      List<Integer> lines = new ArrayList<>();
      for (int row = 0; row < table.rows(); row++) {
        List<@Nullable String> values = new ArrayList<>();
        for (String name : table.columnNames()) {
          values.add(table.text(name, row));
        }
        rows.add(values);
        lines.add(Integer.parseInt(table.places(List.of(row)).substring("line ".length())));
      }
      return new Content(table.columnNames(), rows, lines);
    }
  }

  /** The file is refused. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1;
  }

  private record Line(int number, List<@Nullable String> values) {
    boolean isBlank() {
      return values.size() == 1 && values.get(0) == null;
    }
  }

  private final String text;
  private int at;
  private int line = 1;

  private SimpleCsv(String text) {
    this.text = text;
  }

  static Content read(byte[] file) throws Refusal {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(file)).toString();
    } catch (CharacterCodingException e) {
      throw new Refusal();
    }
    return new SimpleCsv(text.startsWith("\uFEFF") ? text.substring(1) : text).table();
  }

  private Content table() throws Refusal {
    List<Line> all = new ArrayList<>();
    while (at < text.length()) {
      all.add(nextRecord());
    }
    while (all.size() > 1 && all.get(all.size() - 1).isBlank()) {
      all.remove(all.size() - 1);
    }
    if (all.size() < 2) {
      throw new Refusal();
    }
    List<String> names = new ArrayList<>();
    for (String name : all.get(0).values) {
      if (name == null || name.isBlank()) {
        throw new Refusal();
      }
      names.add(name);
    }
    if (new HashSet<>(names).size() < names.size()) {
      throw new Refusal();
    }
    List<List<@Nullable String>> rows = new ArrayList<>();
    List<Integer> lines = new ArrayList<>();
    for (Line row : all.subList(1, all.size())) {
      if (row.values.size() != names.size()) {
        throw new Refusal();
      }
      rows.add(row.values);
      lines.add(row.number);
    }
    return new Content(names, rows, lines);
  }

  private Line nextRecord() throws Refusal {
    int first = line;
    List<@Nullable String> values = new ArrayList<>();
    while (true) {
      values.add(at < text.length() && text.charAt(at) == '"' ? quoted() : unquoted());
      if (at == text.length()) {
        return new Line(first, values);
      }
      if (text.charAt(at) != ',') {
        at += text.startsWith("\r\n", at) ? 2 : 1;
        line++;
        return new Line(first, values);
      }
      at++;
    }
  }

  private @Nullable String unquoted() throws Refusal {
    int from = at;
    while (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
      if (text.charAt(at++) == '"') {
        throw new Refusal();
      }
    }
    return at == from ? null : text.substring(from, at);
  }

  private String quoted() throws Refusal {
    StringBuilder value = new StringBuilder();
    at++;
    while (true) {
      if (at == text.length()) {
        throw new Refusal();
      }
      if (text.startsWith("\"\"", at)) {
        value.append('"');
        at += 2;
      } else if (text.charAt(at) == '"') {
        break;
      } else {
        if (text.charAt(at) == '\r' || (text.charAt(at) == '\n' && text.charAt(at - 1) != '\r')) {
          line++;
        }
        value.append(text.charAt(at++));
      }
    }
    at++;
    while (at < text.length() && " \t".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    if (at < text.length() && ",\r\n".indexOf(text.charAt(at)) < 0) {
      throw new Refusal();
    }
    return value.toString();
  }
}
