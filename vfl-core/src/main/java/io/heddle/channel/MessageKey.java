// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * What names one message among all that one party ever sends another: the mailbox holds at most one
 * body under a key. Public; stands in logs and errors. (docs/protocol.md 1.)
 *
 * @param session the session id, 64 lower-case hex digits; {@link #OPENING} before there is one
 * @param step the path of the step: 1 to 8 names of 1 to 64 letters, digits, dots, hyphens or
 *     underscores, joined by slashes
 * @param attempt which run of the step this is; 1 to 2^31 - 1
 * @param number the position among the messages from this party to that one in this step, from 0
 */
public record MessageKey(
    String session, String step, int attempt, PartyId from, PartyId to, int number) {
  /** Stands for the session id until both sides have computed it. */
  public static final String OPENING = "0".repeat(64);

  private static final String OPENING_PREFIX = "0".repeat(56);

  /** The step of the messages that open, order and end a session; no protocol may take the name. */
  public static final String CONTROL = "session";

  private static final Pattern SESSION = Pattern.compile("[0-9a-f]{64}");
  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";
  private static final Pattern STEP = Pattern.compile(NAME + "(/" + NAME + "){0,7}");
  private static final int MAX_STEP_BYTES = 8 * 65;
  private static final int MAX_PARTY_BYTES = 63;

  public MessageKey {
    if (!SESSION.matcher(session).matches()) {
      throw new IllegalArgumentException("Invalid session id: must be 64 lower-case hex digits");
    }
    if (!STEP.matcher(step).matches()) {
      throw new IllegalArgumentException(
          "Invalid step: must be 1 to 8 names of 1 to 64 letters, digits, dots, hyphens or"
              + " underscores, joined by slashes");
    }
    if (attempt < 1) {
      throw new IllegalArgumentException("Invalid attempt " + attempt + ": must be at least 1");
    }
    if (number < 0) {
      throw new IllegalArgumentException("Invalid number " + number + ": must be at least 0");
    }
    if (from.equals(to)) {
      throw new IllegalArgumentException("Party " + from + " cannot send to itself");
    }
  }

  /** Which rule of {@link Place} the message is under. */
  Place place() {
    if (session.equals(OPENING)) {
      return Place.OPENING;
    }
    return step.equals(CONTROL) ? Place.CONTROL : Place.STEP;
  }

  /**
   * Stands for the opening of one session: its failure ends nothing else.
   *
   * @param attempt the number of the session at its exchanges, from 1
   */
  public static String opening(int attempt) {
    return OPENING_PREFIX + HexFormat.of().toHexDigits(attempt);
  }

  /** Whether it stands for the opening of one session. */
  static boolean isOpening(String scope) {
    return scope.startsWith(OPENING_PREFIX) && !scope.equals(OPENING);
  }

  /** What ends together with this message: its session, or the opening that it belongs to. */
  String scope() {
    return place() == Place.OPENING ? opening(attempt) : session;
  }

  void write(WireWriter writer) {
    writer.writeRaw(HexFormat.of().parseHex(session));
    writer.writeString(step);
    writer.writeInt(attempt);
    writer.writeString(from.name());
    writer.writeString(to.name());
    writer.writeInt(number);
  }

  static MessageKey read(WireReader reader) {
    String session = HexFormat.of().formatHex(reader.readRaw(32));
    String step = reader.readString(MAX_STEP_BYTES);
    int attempt = reader.readInt();
    String from = reader.readString(MAX_PARTY_BYTES);
    String to = reader.readString(MAX_PARTY_BYTES);
    int number = reader.readInt();
    try {
      return new MessageKey(session, step, attempt, new PartyId(from), new PartyId(to), number);
    } catch (IllegalArgumentException e) {
      throw new ProtocolException("Invalid message key: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "message " + number + " of step " + step + " from " + from + " to " + to;
  }
}
