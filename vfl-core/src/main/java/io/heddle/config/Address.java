// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import org.jspecify.annotations.Nullable;

/**
 * A place in the network.
 *
 * @param host name or address; an IPv6 address without brackets
 * @param port 1 to 65535
 */
public record Address(String host, int port) {
  /** Reads {@code host:port}, an IPv6 address in brackets; null if it is not that. */
  static @Nullable Address parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 1 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.indexOf(':') >= 0) {
      return null;
    }
    int port;
    try {
      port = Integer.parseInt(text.substring(colon + 1));
    } catch (NumberFormatException e) {
      return null;
    }
    boolean isHost = !host.isBlank() && host.chars().noneMatch(Address::isForeign);
    return isHost && port >= 1 && port <= 65535 ? new Address(host, port) : null;
  }

  /** Blanks, and what belongs to other parts of an address on the web. */
  private static boolean isForeign(int character) {
    return Character.isWhitespace(character) || "/@?#".indexOf(character) >= 0;
  }

  /** As it is written in a file. */
  @Override
  public String toString() {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
