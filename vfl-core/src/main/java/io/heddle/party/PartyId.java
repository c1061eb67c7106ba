// SPDX-License-Identifier: Apache-2.0
package io.heddle.party;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * One organisation that takes part, by the name that all parties of a job use for it. Names are
 * public and ordered, so every party can number the others alike.
 *
 * @param name 1 to 63 characters: lower-case letters, digits and hyphens, starting with a letter
 */
public record PartyId(String name) implements Comparable<PartyId>, Serializable {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");

  public PartyId {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "Invalid party name: must be 1 to 63 lower-case letters, digits and hyphens, starting with a letter");
    }
  }

  @Override
  public int compareTo(PartyId other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
