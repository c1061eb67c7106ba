// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the parties of a session must agree on, and what this party insists on. All of it is public
 * to the peers. Whatever a result depends on belongs into the terms: they are compared word for
 * word, and a difference ends the session before it begins. No text has control characters: what
 * differs is shown to the peer's operator.
 *
 * @param kind what the session is for, such as {@code train}; 1 to 48 lower-case letters, digits
 *     and hyphens
 * @param roles every party, this one included, and its role; at least two
 * @param terms setting to value, in the one spelling that all parties use; at most 1000, keys of at
 *     most 128 bytes, values of at most 4096
 * @param floors the lowest number that this party accepts for a term; a term that is absent is not
 *     checked. May differ between parties
 */
public record SessionTerms(
    String kind,
    SortedMap<PartyId, String> roles,
    SortedMap<String, String> terms,
    SortedMap<String, Long> floors) {
  private static final int MAX_ENTRIES = 1000;
  private static final int MAX_KEY_BYTES = 128;
  private static final int MAX_VALUE_BYTES = 4096;

  public SessionTerms {
    if (!kind.matches("[a-z][a-z0-9-]{0,47}")) {
      throw new IllegalArgumentException(
          "Invalid kind of session: must be 1 to 48 lower-case letters, digits and hyphens");
    }
    if (roles.size() < 2) {
      throw new IllegalArgumentException(
          "Invalid number of parties " + roles.size() + ": must be at least 2");
    }
    roles = Collections.unmodifiableSortedMap(new TreeMap<>(roles));
    terms = Collections.unmodifiableSortedMap(new TreeMap<>(terms));
    floors = Collections.unmodifiableSortedMap(new TreeMap<>(floors));
    checkMap(terms);
    roles.forEach((party, role) -> checkEntry(party.name(), role));
    floors.forEach((key, floor) -> checkEntry(key, Long.toString(floor)));
    for (String key : floors.keySet()) {
      String value = terms.get(key);
      if (value != null && !isNumber(value)) {
        throw new IllegalArgumentException("Term " + key + " has a floor but is no whole number");
      }
    }
  }

  /** Terms without floors. */
  public static SessionTerms of(
      String kind, Map<PartyId, String> roles, SortedMap<String, String> terms) {
    return new SessionTerms(kind, new TreeMap<>(roles), terms, new TreeMap<>());
  }

  public SessionTerms withFloors(SortedMap<String, Long> lowest) {
    return new SessionTerms(kind, roles, terms, lowest);
  }

  static void checkMap(SortedMap<String, String> terms) {
    if (terms.size() > MAX_ENTRIES) {
      throw new IllegalArgumentException(
          "Invalid number of terms " + terms.size() + ": must be at most " + MAX_ENTRIES);
    }
    terms.forEach(SessionTerms::checkEntry);
  }

  private static void checkEntry(String key, String value) {
    if (key.isEmpty()
        || key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES
        || value.getBytes(StandardCharsets.UTF_8).length > MAX_VALUE_BYTES) {
      throw new IllegalArgumentException(
          "Invalid term "
              + key
              + ": its key must have 1 to "
              + MAX_KEY_BYTES
              + " bytes, its value at most "
              + MAX_VALUE_BYTES);
    }
    if ((key + value).chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException(
          "Invalid term "
              + key.replaceAll("\\p{Cc}", "?")
              + ": key and value must have no control characters");
    }
  }

  static boolean isNumber(String value) {
    return value.matches("-?[0-9]{1,18}");
  }

  static void writeMap(SortedMap<String, String> map, WireWriter writer) {
    writer.writeInt(map.size());
    map.forEach(
        (key, value) -> {
          writer.writeString(key);
          writer.writeString(value);
        });
  }

  static SortedMap<String, String> readMap(WireReader reader) {
    int size = reader.readInt();
    if (size < 0 || size > MAX_ENTRIES) {
      throw new ProtocolException(
          "Invalid number of terms " + size + ": must be 0 to " + MAX_ENTRIES);
    }
    SortedMap<String, String> map = new TreeMap<>();
    for (int i = 0; i < size; i++) {
      String key = reader.readString(MAX_KEY_BYTES);
      if (!map.isEmpty() && map.lastKey().compareTo(key) >= 0) {
        throw new ProtocolException("Terms are not in order");
      }
      map.put(key, reader.readString(MAX_VALUE_BYTES));
    }
    return map;
  }

  /** The part on which the parties must agree. */
  void writeAgreed(WireWriter writer) {
    writer.writeString(kind);
    SortedMap<String, String> roleNames = new TreeMap<>();
    roles.forEach((party, role) -> roleNames.put(party.name(), role));
    writeMap(roleNames, writer);
    writeMap(terms, writer);
  }

  void write(WireWriter writer) {
    writeAgreed(writer);
    SortedMap<String, String> texts = new TreeMap<>();
    floors.forEach((key, floor) -> texts.put(key, Long.toString(floor)));
    writeMap(texts, writer);
  }

  static SessionTerms read(WireReader reader) {
    String kind = reader.readString(MAX_KEY_BYTES);
    SortedMap<PartyId, String> roles = new TreeMap<>();
    readMap(reader).forEach((party, role) -> roles.put(new PartyId(party), role));
    SortedMap<String, String> terms = readMap(reader);
    SortedMap<String, Long> floors = new TreeMap<>();
    readMap(reader)
        .forEach(
            (key, floor) -> {
              // One form for each number: 007 and -0 are no floors.
              if (!isNumber(floor) || !Long.toString(Long.parseLong(floor)).equals(floor)) {
                throw new ProtocolException("A floor of the peer is no whole number");
              }
              floors.put(key, Long.parseLong(floor));
            });
    return new SessionTerms(kind, roles, terms, floors);
  }
}
