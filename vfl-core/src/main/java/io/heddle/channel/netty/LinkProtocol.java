// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.config.PartyConfig.Dialling;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a link is for, as its dialler says by the application protocol of TLS. */
enum LinkProtocol {
  /** The dialler sends on it; the other link of the two parties is the acceptor's to dial. */
  OWN("", true),
  /** The dialler, which dials both links, sends on it. */
  FORTH("-forth", true),
  /** The dialler, which dials both links, reads on it. */
  BACK("-back", false);

  private final String suffix;
  private final boolean diallerSends;

  LinkProtocol(String suffix, boolean diallerSends) {
    this.suffix = suffix;
    this.diallerSends = diallerSends;
  }

  /** Those with which a party dials a peer. */
  static List<LinkProtocol> dialledUnder(Dialling setting) {
    return switch (setting) {
      case OWN -> List.of(OWN);
      case BOTH -> List.of(FORTH, BACK);
      case NEVER -> List.of();
    };
  }

  /** Those with which a peer may dial. */
  static List<LinkProtocol> takenUnder(Dialling setting) {
    return switch (setting) {
      case OWN -> List.of(OWN);
      case BOTH -> List.of();
      case NEVER -> List.of(FORTH, BACK);
    };
  }

  /**
   * The name of a link's protocol.
   *
   * @param family what jobs, or doctors, have in common
   */
  String in(String family) {
    return family + suffix;
  }

  /** The one with this name; null if it is none of the family. */
  static @Nullable LinkProtocol of(String family, @Nullable String name) {
    for (LinkProtocol protocol : values()) {
      if (protocol.in(family).equals(name)) {
        return protocol;
      }
    }
    return null;
  }

  /** Whether messages go from the one that dialled to the one that accepted. */
  boolean diallerSends() {
    return diallerSends;
  }
}
