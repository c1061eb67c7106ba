// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.party.PartyId;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * How an exchange starts: for the first time, or again after its process has ended in the middle.
 * One that starts again says so to its peers, which then send it what it has not confirmed.
 *
 * @param run this party's own
 * @param peers the runs of the peers that it has met before: one that has begun another cannot go
 *     on with this party
 * @param session the id of the session that was open; null if none was
 * @param received the SHA-256 of the body that this party received, and keeps, under a key; null if
 *     it received none
 * @param owed whether it has received a message under a key, but its sender must keep it until
 *     {@link Exchange#release}
 */
public record ExchangeStart(
    Run run,
    SortedMap<PartyId, Run> peers,
    @Nullable String session,
    Function<MessageKey, byte @Nullable []> received,
    Predicate<MessageKey> owed) {

  public ExchangeStart {
    peers = new TreeMap<>(peers);
  }

  /**
   * Which run of an exchange this is, over all its starts.
   *
   * @param id 64 hex digits, drawn when the run began; public
   * @param start 0 for the first start, then the next number for each
   */
  public record Run(String id, int start) {
    /** Half as many bytes as hex digits. */
    static final int ID_BYTES = 32;

    public Run {
      if (!id.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException("Invalid run: must be 64 lower-case hex digits");
      }
      if (start < 0) {
        throw new IllegalArgumentException("Invalid start " + start + ": must be at least 0");
      }
    }

    /** A run that begins now. */
    public static Run begin() {
      byte[] id = new byte[ID_BYTES];
      new SecureRandom().nextBytes(id);
      return new Run(HexFormat.of().formatHex(id), 0);
    }
  }

  /** For the first time. */
  public static ExchangeStart first() {
    return first(Run.begin());
  }

  /** For the first time, under a name that was drawn before. */
  public static ExchangeStart first(Run run) {
    return new ExchangeStart(run, new TreeMap<>(Map.of()), null, key -> null, key -> false);
  }
}
