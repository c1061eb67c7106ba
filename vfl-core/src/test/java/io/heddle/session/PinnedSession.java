// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeStart.Run;
import io.heddle.channel.MessageCodec;
import io.heddle.checkpoint.CheckpointStore;
import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** For tests: a session that can be had again, with the same secret, nonce and so the same id. */
public final class PinnedSession {
  private PinnedSession() {}

  /**
   * Opens one party's.
   *
   * @param secretSeed all private randomness of this party follows from it and the party's name
   * @param nonceSeed the session id follows from those of all parties
   */
  public static Session open(
      Exchange exchange, SessionTerms terms, String secretSeed, String nonceSeed) {
    return Session.open(
        exchange,
        terms,
        Progress.NONE,
        new SessionSecrets(
            exchange.run(),
            bytes("secret", secretSeed, exchange.self().name()),
            bytes("nonce", nonceSeed, exchange.self().name())));
  }

  /**
   * Takes up one party's session with a log, or begins it with secrets that are always the same.
   */
  public static SessionLog log(
      CheckpointStore store, SessionTerms terms, MessageCodec codec, PartyId self) {
    return SessionLog.open(
        store,
        terms,
        codec,
        new byte[0],
        () ->
            new SessionSecrets(
                new Run(HexFormat.of().formatHex(bytes("run", self.name())), 0),
                bytes("secret", "log", self.name()),
                bytes("nonce", "log", self.name())));
  }

  private static byte[] bytes(String... parts) {
    return Sha256.of(String.join("|", parts).getBytes(StandardCharsets.UTF_8));
  }
}
