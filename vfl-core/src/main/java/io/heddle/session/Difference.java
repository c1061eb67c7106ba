// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.party.PartyId;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The first thing in which two parties differ.
 *
 * @param key what it is about: the name of a term, or of a part of the hello
 * @param own the value here
 * @param theirs the value there
 */
record Difference(String key, String own, String theirs) {
  private static final String ABSENT = "no such term";

  static @Nullable Difference between(SessionTerms own, SessionTerms theirs) {
    if (!own.kind().equals(theirs.kind())) {
      return new Difference("kind", own.kind(), theirs.kind());
    }
    // Roles follow from terms, and a term is what an operator can look for in a file.
    Difference terms = between(own.terms(), theirs.terms());
    if (terms != null) {
      return terms;
    }
    return own.roles().equals(theirs.roles())
        ? null
        : new Difference("roles", own.roles().toString(), theirs.roles().toString());
  }

  static @Nullable Difference between(
      SortedMap<String, String> own, SortedMap<String, String> theirs) {
    SortedSet<String> keys = new TreeSet<>(own.keySet());
    keys.addAll(theirs.keySet());
    for (String key : keys) {
      String here = own.getOrDefault(key, ABSENT);
      String there = theirs.getOrDefault(key, ABSENT);
      if (!here.equals(there)) {
        return new Difference(key, here, there);
      }
    }
    return null;
  }

  String describe(PartyId self, PartyId peer) {
    return key + ": " + self + " has " + own + ", " + peer + " has " + theirs;
  }
}
