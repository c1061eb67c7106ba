// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Envelope;
import io.heddle.channel.ExchangeStart;
import io.heddle.channel.ExchangeStart.Run;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageKey;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.netty.TestIdentity;
import io.heddle.checkpoint.CheckpointStore;
import io.heddle.error.CheckpointException;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionLogTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId SHOP = new PartyId("shop");
  private static final String SESSION = "ab".repeat(32);
  private static final MessageCodec CODEC = Parties.codec(TestMessage.TYPES);
  private static final byte[] SETTINGS = "data.id=id".getBytes(UTF_8);
  private static final SortedMap<PartyId, Run> PEERS =
      new TreeMap<>(Map.of(SHOP, new Run("cd".repeat(32), 3)));

  private static final TestIdentity KEY = TestIdentity.generate();

  private final Path base;

  SessionLogTest(@TempDir Path base) {
    this.base = base;
  }

  private CheckpointStore store() {
    return CheckpointStore.open(
        base.resolve("kept"), Identity.of(KEY.key(), KEY.certificate()), "train".getBytes(UTF_8));
  }

  private SessionLog open() {
    return open("1e-6", SETTINGS);
  }

  private SessionLog open(String tol, byte[] settings) {
    return SessionLog.open(
        store(),
        SessionTerms.of(
            "train",
            Map.of(BANK, "label-holder", SHOP, "feature-holder"),
            new TreeMap<>(Map.of("tol", tol, "maxIter", "9"))),
        CODEC,
        settings);
  }

  private static Envelope message(int number, String text) {
    return Envelope.of(
        new MessageKey(SESSION, "1-talk", 1, SHOP, BANK, number),
        60_001,
        CODEC.encode(new TestMessage.Text(text)));
  }

  private static Envelope answer(String text) {
    return Envelope.of(
        new MessageKey(SESSION, "1-talk", 1, BANK, SHOP, 0),
        60_001,
        CODEC.encode(new TestMessage.Text(text)));
  }

  private static SessionState agreed() {
    return SessionState.agreed(SESSION, PEERS, new TrafficMeter());
  }

  @Test
  void open_again_hasTheSameSecretsAndTheNextStart() {
    SessionSecrets first;
    try (SessionLog log = open()) {
      first = log.secrets();
      assertThat(log.isAgain()).isFalse();
      assertThat(log.notes()).isEmpty();
      assertThat(log.start().run()).isEqualTo(new Run(first.run().id(), 0));
    }
    for (int start = 1; start < 4; start++) {
      try (SessionLog log = open()) {
        assertThat(log.isAgain()).isTrue();
        assertThat(log.session()).isNull();
        assertThat(log.secrets().secret()).isEqualTo(first.secret());
        assertThat(log.secrets().nonce()).isEqualTo(first.nonce());
        assertThat(log.start().run()).isEqualTo(new Run(first.run().id(), start));
      }
    }
  }

  @Test
  void open_afterTheSessionWasAgreed_startsInIt() {
    try (SessionLog log = open()) {
      log.commit(agreed());
    }
    try (SessionLog log = open()) {
      ExchangeStart start = log.start();
      assertThat(start.session()).isEqualTo(SESSION);
      assertThat(start.peers()).isEqualTo(PEERS);
      assertThat(log.notes()).hasSize(1);
      assertThat(log.notes().get(0)).startsWith("goes on with session abababab from commit 1 (");
    }
  }

  @Test
  void find_onlyAfterAStartThatGoesOn_givesWhatWasReceivedSinceTheCommit() {
    Envelope before = message(0, "before the commit");
    Envelope after = message(1, "after it");
    try (SessionLog log = open()) {
      log.received(before);
      assertThat(log.force()).containsExactly(before.key());
      log.commit(agreed());
      log.commit(agreed());
      log.commit(agreed());
      log.received(after);
      // Killed here: what was written has not been forced.
    }
    try (SessionLog log = open()) {
      Envelope found = requireNonNull(log.find(after.key()));
      assertThat(found.body()).isEqualTo(after.body());
      assertThat(found.digest()).isEqualTo(after.digest());
      assertThat(found.typeId()).isEqualTo(after.typeId());
      assertThat(log.find(before.key())).as("two commits ago").isNull();
      ExchangeStart start = log.start();
      assertThat(start.received().apply(before.key())).isEqualTo(before.digest());
      assertThat(start.received().apply(after.key())).isEqualTo(after.digest());
      assertThat(start.received().apply(message(2, "never").key())).isNull();
    }
  }

  @Test
  void received_crashBeforeItWasForced_isKnownForAsLongAsTheSession() {
    Envelope message = message(0, "kept, not forced");
    try (SessionLog log = open()) {
      log.commit(agreed());
      log.received(message);
      // Killed here.
    }
    try (SessionLog log = open()) {
      log.receivedAgain(requireNonNull(log.find(message.key())));
      for (int commit = 0; commit < 3; commit++) {
        assertThat(log.force()).hasSize(commit == 0 ? 1 : 0);
        log.commit(agreed());
      }
      assertThat(log.find(message.key())).as("its inbox is gone").isNull();
      assertThat(log.start().received().apply(message.key()))
          .as("its sender may not have heard")
          .isEqualTo(message.digest());
    }
  }

  @Test
  void sending_otherBytesThanBeforeACrash_isRefusedBeforeTheyLeave() {
    try (SessionLog log = open()) {
      log.sending(answer("one"));
      log.force();
    }
    try (SessionLog log = open()) {
      log.sending(answer("one"));
      assertThatThrownBy(() -> log.sending(answer("two")))
          .isInstanceOf(CheckpointException.class)
          .hasMessageContaining("Refused to send")
          .hasMessageNotContaining("two");
    }
  }

  @Test
  void open_otherTermsOrSettings_isRefusedAndNamesThem() {
    try (SessionLog log = open()) {
      log.commit(agreed());
    }
    assertThatThrownBy(() -> open("1e-3", SETTINGS))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("tol was 1e-6, now it is 1e-3")
        .hasMessageContaining("--fresh");
    assertThatThrownBy(() -> open("1e-6", "data.id=x77".getBytes(UTF_8)))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("its own settings data.*, privacy.*, gbt.* or")
        .hasMessageNotContaining("x77");
    try (SessionLog log = open()) {
      assertThat(log.session()).as("nothing was lost by it").isEqualTo(SESSION);
    }
  }

  @Test
  void open_otherTermsBeforeTheSessionWasAgreed_beginsAnother() {
    Run first;
    try (SessionLog log = open()) {
      first = log.secrets().run();
    }
    try (SessionLog log = open("1e-3", SETTINGS)) {
      assertThat(log.isAgain()).isFalse();
      assertThat(log.secrets().run().id()).isNotEqualTo(first.id());
    }
  }

  @Test
  void drop_forgetsAll() throws Exception {
    Path directory;
    try (CheckpointStore store = store()) {
      directory = store.directory();
    }
    try (SessionLog log = open()) {
      log.commit(agreed());
      log.received(message(0, "x"));
      log.drop();
    }
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(path -> path.getFileName().toString()).toList())
          .isEqualTo(List.of("lock"));
    }
  }

  @Test
  void published_isKnownAtTheNextStart() {
    try (SessionLog log = open()) {
      log.commit(agreed());
      log.published(agreed().whenAcknowledged().whenFinished());
      assertThat(log.isPublished()).as("before this start").isFalse();
    }
    try (SessionLog log = open()) {
      assertThat(log.isPublished()).isTrue();
      SessionState state = requireNonNull(log.state());
      assertThat(state.finished()).isTrue();
      assertThat(state.acknowledged()).isTrue();
    }
  }

  private static Envelope lastWord() {
    return Envelope.of(
        new MessageKey(SESSION, MessageKey.CONTROL, 1, SHOP, BANK, 3),
        SessionMessages.FINISH,
        new byte[64]);
  }

  @Test
  void received_lastWordBeforeTheOwnEnd_hasToComeAgain() {
    Envelope last = lastWord();
    try (SessionLog log = open()) {
      log.commit(agreed());
      log.received(last);
      log.force();
    }
    try (SessionLog log = open()) {
      assertThat(log.start().received().apply(last.key()))
          .as("a peer that is told so leaves, though this party still needs it")
          .isNull();
    }
  }

  @Test
  void received_lastWordWithTheOwnEnd_isKnownAsLongAsTheLog() {
    Envelope last = lastWord();
    SessionState end = agreed().whenAcknowledged().whenFinished();
    try (SessionLog log = open()) {
      log.commit(agreed());
      log.received(last);
      log.commit(end);
      // Killed before the peer is told.
    }
    for (int start = 0; start < 3; start++) {
      try (SessionLog log = open()) {
        assertThat(log.start().received().apply(last.key())).isEqualTo(last.digest());
        log.published(end);
      }
    }
  }

  @Test
  void force_afterACommit_givesWhatCameBefore() {
    Envelope last = lastWord();
    try (SessionLog log = open()) {
      log.received(last);
      log.commit(agreed());
      assertThat(log.force()).containsExactly(last.key());
      assertThat(log.force()).isEmpty();
    }
  }

  @Test
  void settled_isKnownAtTheNextStart() {
    try (SessionLog log = open()) {
      log.commit(agreed().whenFinished().whenSettled());
    }
    try (SessionLog log = open()) {
      assertThat(requireNonNull(log.state()).settled()).isTrue();
    }
  }
}
