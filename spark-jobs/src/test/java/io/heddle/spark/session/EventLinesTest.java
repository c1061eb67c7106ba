// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Channel;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.TestMessage.Text;
import io.heddle.channel.netty.FaultRelay;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.channel.netty.TestIdentity;
import io.heddle.checkpoint.CheckpointStore;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionLog;
import io.heddle.session.SessionTerms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of the logger {@code io.heddle.events} of what befalls a session on its way. */
class EventLinesTest {
  // No other test has them, and all write one log.
  private static final PartyId NORTH = new PartyId("north");
  private static final PartyId SOUTH = new PartyId("south");
  private static final MessageCodec CODEC = Parties.codec(TestMessage.TYPES);
  private static final SessionTerms TERMS =
      SessionTerms.of("test", Map.of(NORTH, "party", SOUTH, "party"), new TreeMap<>());

  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final ExchangeTimeouts PATIENT =
      new ExchangeTimeouts(MINUTE, MINUTE, MINUTE, MINUTE, MINUTE);

  private final Path folder;
  private final Map<PartyId, TestIdentity> identities =
      Map.of(NORTH, TestIdentity.generate(), SOUTH, TestIdentity.generate());

  EventLinesTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private TestIdentity identity(PartyId party) {
    return Objects.requireNonNull(identities.get(party));
  }

  /** Says something, keeps its state, and goes on once something has happened. */
  private boolean talk(PartyId self, int port, PartyId peer, int dialled, Runnable happens) {
    TestIdentity own = identity(self);
    CheckpointStore store =
        CheckpointStore.open(
            folder.resolve(self.name()),
            Identity.of(own.key(), own.certificate()),
            self.name().getBytes(UTF_8));
    try (SessionLog log = SessionLog.open(store, TERMS, CODEC, new byte[0]);
        NettyExchange exchange =
            NettyExchange.builder(self, CODEC)
                .identity(own.key(), List.of(own.certificate()))
                .listen(NettyNetwork.HOST, port)
                .peer(peer, NettyNetwork.HOST, dialled, identity(peer).fingerprint())
                .timeouts(PATIENT)
                .start(log.start())
                .open();
        Session session = Session.open(exchange, log, Progress.NONE)) {
      Channel step = session.beginStep("talk", new TreeMap<>());
      step.send(peer, new Text("before"));
      step.receive(peer, Text.class);
      step.commit(new byte[77]);
      happens.run();
      step.send(peer, new Text("after"));
      step.receive(peer, Text.class);
      session.finish();
      return session.leave();
    }
  }

  @Test
  void session_stateKeptAndLinkLost_eachHasItsLine() throws IOException {
    int north = NettyNetwork.freePort();
    int south = NettyNetwork.freePort();
    try (FaultRelay toSouth = new FaultRelay(south)) {
      Map<PartyId, Callable<Boolean>> calls = new TreeMap<>();
      calls.put(NORTH, () -> talk(NORTH, north, SOUTH, toSouth.port(), toSouth::forget));
      calls.put(SOUTH, () -> talk(SOUTH, south, NORTH, north, () -> {}));
      Parties.together(calls);
    }

    String log = Files.readString(Path.of("target", "heddle-test.log"));
    for (PartyId party : List.of(NORTH, SOUTH)) {
      String link =
          party.equals(NORTH) ? "party=north peer=south way=out" : "party=south peer=north way=in";
      assertThat(log)
          .containsPattern(
              "event=commit party="
                  + party
                  + " session=[0-9a-f]{64} step=1-talk bytes=77 commits=\\d+ ")
          .containsPattern("event=link-lost " + link + " linksLost=1 secondsAway=0\\.000 ")
          .containsPattern("event=link-back " + link + " linksLost=1 secondsAway=\\d+\\.\\d{3} ");
    }
    // As pairs of SLF4J: links belong to no session.
    assertThat(log).contains("{event=link-lost, party=north}");
  }
}
