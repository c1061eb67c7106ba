// SPDX-License-Identifier: Apache-2.0
package io.heddle.progress;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * What tools that read logs look for: one line for each event, as {@code event=... party=...} and
 * more pairs, under the logger {@value #LOGGER}; event, party and session also as key-value pairs
 * of SLF4J. Only names, counts, bytes and seconds; never data of a row.
 */
public final class Events {
  /** Its level is INFO. */
  public static final String LOGGER = "io.heddle.events";

  private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

  private Events() {}

  /**
   * Logs one event.
   *
   * @param event in kebab case
   * @param session its id; empty where an event belongs to no session
   * @param pairs names and values in turn; a value is a name without spaces, a whole number, or
   *     seconds as a double
   */
  public static void log(String event, String party, String session, Object... pairs) {
    if (!LOG.isInfoEnabled()) {
      return;
    }
    StringBuilder line = new StringBuilder("event=" + event + " party=" + party);
    LoggingEventBuilder builder =
        LOG.atInfo().addKeyValue("event", event).addKeyValue("party", party);
    if (!session.isEmpty()) {
      line.append(" session=").append(session);
      builder = builder.addKeyValue("session", session);
    }
    for (int i = 0; i < pairs.length; i += 2) {
      Object value = pairs[i + 1];
      String text =
          value instanceof Double seconds
              ? String.format(Locale.ROOT, "%.3f", seconds)
              : value.toString();
      line.append(' ').append(pairs[i]).append('=').append(text);
    }
    builder.log(line.toString());
  }
}
