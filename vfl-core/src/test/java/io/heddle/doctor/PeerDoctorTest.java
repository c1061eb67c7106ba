// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.Parties;
import io.heddle.channel.TestMessage;
import io.heddle.channel.netty.FaultRelay;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.channel.netty.RawPeer;
import io.heddle.channel.netty.TestIdentity;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.doctor.Check.Status;
import io.heddle.doctor.Check.Subject;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Two doctors on loopback, and what may stand in their way. */
@Tag("waiting")
class PeerDoctorTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId INSURER = new PartyId("insurer");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final Software SOFTWARE = new Software("0.1.0", "17.0.1", "4.1.0");
  private static final Duration SHORT = Duration.ofSeconds(2);
  private static final Duration LONG = Duration.ofSeconds(60);

  private final Path directory;
  private final Map<PartyId, TestIdentity> identities = new TreeMap<>();
  private final Map<PartyId, Integer> ports = new TreeMap<>();

  PeerDoctorTest(@TempDir Path directory) {
    this.directory = directory;
    for (PartyId party : List.of(BANK, INSURER, RETAILER)) {
      identities.put(party, TestIdentity.generate());
      ports.put(party, NettyNetwork.freePort());
    }
  }

  private static <T> T of(Map<PartyId, T> map, PartyId party) {
    return Objects.requireNonNull(map.get(party));
  }

  private static Visit visit(Duration patience, Duration idle) {
    return new Visit(SOFTWARE, patience, idle, Duration.ofSeconds(60));
  }

  /** A party that knows these peers as they are. */
  private PartyConfig party(PartyId self, PartyId... peers) {
    Map<PartyId, String> fingerprints = new TreeMap<>();
    Map<PartyId, Integer> dialled = new TreeMap<>();
    for (PartyId peer : peers) {
      fingerprints.put(peer, of(identities, peer).fingerprint());
      dialled.put(peer, of(ports, peer));
    }
    return party(self, fingerprints, dialled);
  }

  private PartyConfig party(
      PartyId self, Map<PartyId, String> fingerprints, Map<PartyId, Integer> dialled) {
    StringBuilder text =
        new StringBuilder("party = " + self + "\nlisten { host = 127.0.0.1, port = ")
            .append(of(ports, self))
            .append(" }\nchannel { handshake-timeout = 3 s }\n");
    dialled.forEach(
        (peer, port) ->
            text.append(
                "peers.%s { address = \"127.0.0.1:%d\", fingerprint = \"%s\" }\n"
                    .formatted(peer, port, of(fingerprints, peer))));
    try {
      Path file = Files.writeString(directory.resolve(self + ".conf"), text);
      return PartyConfig.load(file, Overrides.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Map<Subject, Check> examine(
      PartyConfig party, PartyId peer, Visit visit, Progress progress) {
    TestIdentity identity = of(identities, party.party());
    List<Check> all = new ArrayList<>();
    PeerDoctor.examine(
        party,
        Identity.of(identity.key(), identity.certificate()),
        peer,
        visit,
        progress,
        all::add);
    Map<Subject, Check> checks = new EnumMap<>(Subject.class);
    all.forEach(check -> assertThat(checks.put(check.subject(), check)).isNull());
    assertThat(all).extracting(Check::subject).isSorted().hasSize(11);
    return checks;
  }

  private Map<Subject, Check> examine(PartyConfig party, PartyId peer, Visit visit) {
    return examine(party, peer, visit, Progress.NONE);
  }

  private static Check of(Map<Subject, Check> checks, Subject subject) {
    return Objects.requireNonNull(checks.get(subject));
  }

  /** The checks up to one are well, that one has failed, and the others were not made. */
  private static Check assertFailsAt(Map<Subject, Check> checks, Subject subject) {
    checks.forEach(
        (each, check) -> {
          if (each.compareTo(subject) < 0 && each != Subject.CERTIFICATES) {
            assertThat(check.status()).as(check.toString()).isEqualTo(Status.OK);
          } else if (each == subject) {
            assertThat(check.status()).as(check.toString()).isEqualTo(Status.FAILED);
            assertThat(check.fix()).isNotBlank();
          } else if (each != Subject.CERTIFICATES) {
            assertThat(check.status()).as(check.toString()).isEqualTo(Status.SKIPPED);
          }
        });
    return of(checks, subject);
  }

  private static void assertWell(Map<Subject, Check> checks) {
    checks.forEach(
        (subject, check) ->
            assertThat(check.status())
                .as(check.toString())
                .isEqualTo(
                    switch (subject) {
                      // The keys of tests live for an hour.
                      case CERTIFICATES -> Status.WARNING;
                      case IDLE, EXCHANGES -> Status.SKIPPED;
                      default -> Status.OK;
                    }));
    assertThat((Double) of(checks, Subject.BANDWIDTH).figures().get("outMiBPerSecond"))
        .isPositive();
    assertThat((Double) of(checks, Subject.BANDWIDTH).figures().get("inMiBPerSecond")).isPositive();
    assertThat((Long) of(checks, Subject.CLOCK).figures().get("aheadMillis"))
        .isBetween(-10_000L, 10_000L);
    assertThat(of(checks, Subject.ROOM).figures())
        .containsEntry("frameBytes", 2 << 20)
        .containsEntry("messageBytes", 80 << 20)
        .containsEntry("windowBytes", 64L << 20);
    assertThat(of(checks, Subject.VERSIONS).figures())
        .containsEntry("heddle", List.of("0.1.0", "0.1.0"));
  }

  private static FutureTask<Map<Subject, Check>> started(Callable<Map<Subject, Check>> call) {
    FutureTask<Map<Subject, Check>> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "doctor");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  @Test
  void examine_threeDoctors_eachFindsBothPeersWell() {
    Visit visit = visit(LONG, Duration.ZERO);
    Map<PartyId, Callable<Void>> calls = new TreeMap<>();
    List<PartyId> all = List.of(BANK, INSURER, RETAILER);
    for (PartyId self : all) {
      PartyId[] peers = all.stream().filter(p -> !p.equals(self)).toArray(PartyId[]::new);
      PartyConfig party = party(self, peers);
      calls.put(
          self,
          () -> {
            for (PartyId peer : peers) {
              assertWell(examine(party, peer, visit));
            }
            return null;
          });
    }
    Parties.together(calls);
  }

  @Test
  void examine_anotherKeyThanPinned_namesBothFingerprints() throws Exception {
    String pinned = of(identities, INSURER).fingerprint();
    PartyConfig bank = party(BANK, Map.of(RETAILER, pinned), Map.of(RETAILER, of(ports, RETAILER)));
    PartyConfig retailer = party(RETAILER, BANK);
    FutureTask<Map<Subject, Check>> other =
        started(() -> examine(retailer, BANK, visit(LONG, Duration.ZERO)));

    Check tls = assertFailsAt(examine(bank, RETAILER, visit(LONG, Duration.ZERO)), Subject.TLS);
    assertThat(tls.found()).contains(pinned).contains(of(identities, RETAILER).fingerprint());

    Check refused = assertFailsAt(other.get(60, TimeUnit.SECONDS), Subject.TLS);
    assertThat(refused.found())
        .isEqualTo(
            "bank refuses this party's certificate, fingerprint "
                + of(identities, RETAILER).fingerprint());
  }

  @Test
  void examine_expiredCertificate_saysSinceWhenAtBothSides() throws Exception {
    identities.put(RETAILER, TestIdentity.generate(Duration.ofDays(-2), Duration.ofDays(-1)));
    PartyConfig bank = party(BANK, RETAILER);
    PartyConfig retailer = party(RETAILER, BANK);
    FutureTask<Map<Subject, Check>> other =
        started(() -> examine(retailer, BANK, visit(LONG, Duration.ZERO)));

    Check certificates =
        assertFailsAt(examine(bank, RETAILER, visit(LONG, Duration.ZERO)), Subject.CERTIFICATES);
    assertThat(certificates.found()).startsWith("The certificate of retailer expired on 20");

    assertFailsAt(other.get(60, TimeUnit.SECONDS), Subject.TLS);
  }

  @Test
  void examine_nobodyListens_isRefusedAndSaysWhatToRun() {
    Map<Subject, Check> checks =
        examine(party(BANK, RETAILER), RETAILER, visit(SHORT, Duration.ZERO));

    Check tcp = assertFailsAt(checks, Subject.TCP);
    assertThat(tcp.figures()).containsEntry("outcome", "refused");
    assertThat(of(checks, Subject.IDLE).found()).isEqualTo("run `heddle doctor` at the peer now");
  }

  /** Linux answers nothing where as many wait to be let in as may. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void examine_whatIsSentIsDropped_timesOutAndNamesTheFirewalls() throws IOException {
    List<SocketChannel> waiting = new ArrayList<>();
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 3; i++) {
        SocketChannel next = SocketChannel.open();
        next.configureBlocking(false);
        next.connect(full.getLocalSocketAddress());
        waiting.add(next);
      }
      ports.put(RETAILER, full.getLocalPort());

      Map<Subject, Check> checks =
          examine(party(BANK, RETAILER), RETAILER, visit(SHORT, Duration.ZERO));

      Check tcp = assertFailsAt(checks, Subject.TCP);
      assertThat(tcp.figures()).containsEntry("outcome", "timeout");
      assertThat(tcp.found())
          .isEqualTo("nothing answers at 127.0.0.1:" + of(ports, RETAILER) + " within 3 s");
      assertThat(tcp.fix()).contains("firewalls");
    } finally {
      for (SocketChannel each : waiting) {
        each.close();
      }
    }
  }

  /** The system itself says at once that there is no way, as a firewall that answers has it say. */
  @Test
  void examine_noWayToTheAddress_isFilteredAndNamesTheNetwork() {
    PartyConfig bank =
        PartyConfig.load(
            party(BANK, RETAILER).file(),
            Overrides.ofArguments(List.of("peers.retailer.address=255.255.255.255:7000")));

    Check tcp = assertFailsAt(examine(bank, RETAILER, visit(SHORT, Duration.ZERO)), Subject.TCP);

    assertThat(tcp.figures()).containsEntry("outcome", "filtered");
    assertThat(tcp.found()).startsWith("255.255.255.255:7000 is filtered or has no way to it: ");
    assertThat(tcp.fix()).contains("firewall");
  }

  @Test
  void examine_blackHole_connectsWithoutTls() throws IOException {
    try (ServerSocket hole = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      ports.put(RETAILER, hole.getLocalPort());

      Check tls =
          assertFailsAt(
              examine(party(BANK, RETAILER), RETAILER, visit(SHORT, Duration.ZERO)), Subject.TLS);
      assertThat(tls.found()).contains("takes connections and no TLS handshake comes about");
    }
  }

  @Test
  void examine_unknownName_failsAtDns() {
    PartyConfig known = party(BANK, RETAILER);
    PartyConfig bank =
        PartyConfig.load(
            known.file(),
            Overrides.ofArguments(List.of("peers.retailer.address=nobody.invalid:1")));

    assertFailsAt(examine(bank, RETAILER, visit(SHORT, Duration.ZERO)), Subject.DNS);
  }

  @Test
  void examine_throughAProxyThatIsNotThere_failsAtTheProxy() {
    PartyConfig bank =
        PartyConfig.load(
            party(BANK, RETAILER).file(),
            Overrides.ofArguments(
                List.of(
                    // Only the proxy need know the peer's name.
                    "peers.retailer.address=nobody.invalid:1",
                    "proxy.address=http://127.0.0.1:" + of(ports, RETAILER))));

    Map<Subject, Check> checks = examine(bank, RETAILER, visit(SHORT, Duration.ZERO));
    assertFailsAt(checks, Subject.TCP);
    assertThat(of(checks, Subject.TCP).found())
        .contains("the proxy http://127.0.0.1:" + of(ports, RETAILER))
        .contains("refuses");
  }

  /** Lets in whoever comes, and welcomes them in another version's words. */
  private static void welcomeInAnotherVersion(SSLServerSocket listener) {
    ByteBuffer frame = ByteBuffer.allocate(4 + 53).putInt(53).put((byte) 1).putInt(99);
    while (true) {
      try {
        RawPeer peer =
            RawPeer.handshake((SSLSocket) listener.accept(), "TLSv1.3", "heddle-doctor/1");
        peer.write(frame.array());
      } catch (IOException e) {
        if (listener.isClosed()) {
          return;
        }
      }
    }
  }

  @Test
  void examine_otherProtocolVersion_failsAtVersions() throws Exception {
    TestIdentity identity = of(identities, RETAILER);
    try (SSLServerSocket listener =
        (SSLServerSocket)
            RawPeer.context(identity.key(), List.of(identity.certificate()))
                .getServerSocketFactory()
                .createServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      ports.put(RETAILER, listener.getLocalPort());
      listener.setNeedClientAuth(true);
      Thread thread = new Thread(() -> welcomeInAnotherVersion(listener), "another-version");
      thread.setDaemon(true);
      thread.start();

      Map<Subject, Check> checks =
          examine(party(BANK, RETAILER), RETAILER, visit(LONG, Duration.ZERO));

      assertThat(of(checks, Subject.TLS).status()).isEqualTo(Status.OK);
      Check versions = of(checks, Subject.VERSIONS);
      assertThat(versions.status()).isEqualTo(Status.FAILED);
      assertThat(versions.found()).startsWith("Frame version 99 of the peer: this party speaks ");
      assertThat(of(checks, Subject.ROOM).status()).isEqualTo(Status.SKIPPED);
    }
  }

  @Test
  void examine_peerTakesSmallMessagesOnly_failsAtRoomAndMeasuresAllTheSame() {
    PartyConfig bank = party(BANK, RETAILER);
    PartyConfig retailer = party(RETAILER, BANK);
    TestIdentity identity = of(identities, RETAILER);
    Map<PartyId, Callable<Map<Subject, Check>>> calls = new TreeMap<>();
    calls.put(BANK, () -> examine(bank, RETAILER, visit(LONG, Duration.ZERO)));
    calls.put(
        RETAILER,
        () -> {
          try (NettyExchange exchange =
              NettyExchange.builder(RETAILER, DoctorMessages.codec())
                  .identity(identity.key(), List.of(identity.certificate()))
                  .listen("127.0.0.1", retailer.listen().port())
                  .peer(BANK, "127.0.0.1", bank.listen().port(), of(identities, BANK).fingerprint())
                  .limits(new ExchangeLimits(1 << 16, 1000))
                  .timeouts(NettyNetwork.TIMEOUTS)
                  .doctor(Map.of())
                  .open()) {
            converse(exchange, BANK);
            return Map.of();
          }
        });

    Map<Subject, Check> checks = of(Parties.together(calls), BANK);

    assertThat(of(checks, Subject.ROOM).status()).isEqualTo(Status.FAILED);
    assertThat(of(checks, Subject.ROOM).figures()).containsEntry("messageBytes", 1000);
    assertThat(of(checks, Subject.BANDWIDTH).status()).isEqualTo(Status.OK);
  }

  private static void converse(NettyExchange exchange, PartyId peer) {
    SessionTerms terms =
        SessionTerms.of(
            "doctor", Map.of(exchange.self(), "doctor", peer, "doctor"), new TreeMap<>());
    try (Session session = Session.open(exchange, terms, Progress.NONE)) {
      Channel step = session.beginStep("doctor", new TreeMap<>());
      Visit visit = visit(LONG, Duration.ZERO);
      Findings findings = new Findings(check -> {});
      new Conversation(exchange, step, peer, visit, findings, Progress.NONE).run();
      session.finish();
      assertThat(session.leave()).isTrue();
    }
  }

  @Test
  void examine_peerDoesNotGetThrough_failsAtLinkBack() throws Exception {
    PartyConfig bank = party(BANK, RETAILER);
    PartyConfig retailer =
        party(
            RETAILER,
            Map.of(BANK, of(identities, BANK).fingerprint()),
            Map.of(BANK, NettyNetwork.freePort()));
    FutureTask<Map<Subject, Check>> other =
        started(() -> examine(retailer, BANK, visit(Duration.ofSeconds(12), Duration.ZERO)));

    Check back =
        assertFailsAt(
            examine(bank, RETAILER, visit(Duration.ofSeconds(4), Duration.ZERO)),
            Subject.LINK_BACK);
    assertThat(back.found()).isEqualTo("retailer does not get through to this party");

    assertFailsAt(other.get(60, TimeUnit.SECONDS), Subject.TCP);
  }

  private PartyConfig dialling(PartyConfig party, PartyId peer, String how) {
    return PartyConfig.load(
        party.file(), Overrides.ofArguments(List.of("peers." + peer + ".dial=" + how)));
  }

  @Test
  void examine_oneDialsBothLinks_bothFindAllWell() {
    PartyConfig bank = dialling(party(BANK, RETAILER), RETAILER, "both");
    PartyConfig retailer = dialling(party(RETAILER, BANK), BANK, "never");
    Map<PartyId, Callable<Map<Subject, Check>>> calls = new TreeMap<>();
    calls.put(BANK, () -> examine(bank, RETAILER, visit(LONG, Duration.ZERO)));
    calls.put(RETAILER, () -> examine(retailer, BANK, visit(LONG, Duration.ZERO)));

    Map<PartyId, Map<Subject, Check>> checks = Parties.together(calls);

    assertWell(of(checks, BANK));
    assertThat(of(of(checks, BANK), Subject.LINK_BACK).found())
        .isEqualTo("not needed: this party has dialled both links, and was let in");
    Map<Subject, Check> waiting = of(checks, RETAILER);
    for (Subject subject : List.of(Subject.DNS, Subject.TCP)) {
      assertThat(of(waiting, subject).status()).isEqualTo(Status.SKIPPED);
      assertThat(of(waiting, subject).found())
          .isEqualTo("bank dials this party, and not the other way round");
    }
    for (Subject subject : List.of(Subject.TLS, Subject.LINK_BACK, Subject.BANDWIDTH)) {
      assertThat(of(waiting, subject).status()).isEqualTo(Status.OK);
    }
    assertThat(of(waiting, Subject.TLS).figures()).containsKey("alpn");
    List<Check> own = new ArrayList<>();
    OwnSide.examine(bank, own::add);
    assertThat(own.get(0).subject()).isEqualTo(Subject.LISTEN);
    assertThat(own.get(0).status()).isEqualTo(Status.SKIPPED);
  }

  @Test
  void examine_nobodyDials_failsAtLinkBackAndSaysWhatToSet() {
    PartyConfig bank = dialling(party(BANK, RETAILER), RETAILER, "never");

    Check back = of(examine(bank, RETAILER, visit(SHORT, Duration.ZERO)), Subject.LINK_BACK);

    assertThat(back.status()).isEqualTo(Status.FAILED);
    assertThat(back.found()).contains("did not appear within 2 s").contains("dial = never");
    assertThat(back.fix())
        .contains("peers.bank.dial = both")
        .contains("listen.port " + of(ports, BANK));
  }

  @Test
  void examine_settingsThatDoNotFit_failAtLinkBackOfBoth() {
    PartyConfig bank = dialling(party(BANK, RETAILER), RETAILER, "never");
    PartyConfig retailer = party(RETAILER, BANK);
    Map<PartyId, Callable<Map<Subject, Check>>> calls = new TreeMap<>();
    calls.put(BANK, () -> examine(bank, RETAILER, visit(LONG, Duration.ZERO)));
    calls.put(RETAILER, () -> examine(retailer, BANK, visit(LONG, Duration.ZERO)));

    Parties.together(calls)
        .values()
        .forEach(
            checks -> {
              assertThat(of(checks, Subject.TLS).status()).isEqualTo(Status.OK);
              Check back = of(checks, Subject.LINK_BACK);
              assertThat(back.status()).as(back.toString()).isEqualTo(Status.FAILED);
              assertThat(back.found())
                  .contains("own at both, or both at one and never at the other");
              assertThat(back.fix())
                  .contains("agree with the peer's operator who dials")
                  .contains("peers.bank.dial")
                  .contains("peers.retailer.dial");
            });
  }

  @Test
  void examine_firewallForgetsSilentLinks_failsAtIdleAndNamesThePings() throws Exception {
    try (FaultRelay toBank = new FaultRelay(of(ports, BANK));
        FaultRelay toRetailer = new FaultRelay(of(ports, RETAILER))) {
      PartyConfig bank =
          party(
              BANK,
              Map.of(RETAILER, of(identities, RETAILER).fingerprint()),
              Map.of(RETAILER, toRetailer.port()));
      PartyConfig retailer =
          party(
              RETAILER,
              Map.of(BANK, of(identities, BANK).fingerprint()),
              Map.of(BANK, toBank.port()));
      Progress forgets =
          new Progress() {
            @Override
            public void advance(long count) {
              toBank.forget();
              toRetailer.forget();
            }
          };
      Map<PartyId, Callable<Map<Subject, Check>>> calls = new TreeMap<>();
      // Only one of them asks for it.
      calls.put(BANK, () -> examine(bank, RETAILER, visit(LONG, Duration.ofSeconds(3)), forgets));
      calls.put(RETAILER, () -> examine(retailer, BANK, visit(LONG, Duration.ZERO)));

      Parties.together(calls)
          .forEach(
              (party, checks) -> {
                assertThat(of(checks, Subject.BANDWIDTH).status()).isEqualTo(Status.OK);
                Check idle = of(checks, Subject.IDLE);
                assertThat(idle.status()).as(idle.toString()).isEqualTo(Status.FAILED);
                assertThat(idle.found()).contains("3 s of silence");
                assertThat(idle.fix()).contains("channel.idle-timeout").contains("now 20 s");
                assertThat(idle.figures())
                    .containsEntry("seconds", 3L)
                    .containsEntry("pingSeconds", 20L);
                assertThat((Long) idle.figures().get("linksLost")).isPositive();
              });
    }
  }

  @Test
  void examine_silenceThatLinksBear_isWell() {
    PartyConfig bank = party(BANK, RETAILER);
    PartyConfig retailer = party(RETAILER, BANK);
    Map<PartyId, Callable<Map<Subject, Check>>> calls = new TreeMap<>();
    calls.put(BANK, () -> examine(bank, RETAILER, visit(LONG, Duration.ofSeconds(2))));
    calls.put(RETAILER, () -> examine(retailer, BANK, visit(LONG, Duration.ofSeconds(1))));

    Parties.together(calls)
        .values()
        .forEach(
            checks -> {
              assertThat(of(checks, Subject.IDLE).status()).isEqualTo(Status.OK);
              assertThat(of(checks, Subject.IDLE).figures())
                  .containsEntry("seconds", 2L)
                  .containsEntry("linksLost", 0L);
            });
  }

  @Test
  void examine_jobAtThePeer_saysSoAndLeavesTheJobAlone() throws Exception {
    PartyConfig bank = party(BANK, RETAILER);
    try (NettyExchange job = job(RETAILER, BANK)) {
      Check tls = assertFailsAt(examine(bank, RETAILER, visit(LONG, Duration.ZERO)), Subject.TLS);
      assertThat(tls.found()).contains("a job of retailer, or another version of Heddle, answers");

      // The job that was waited for comes, and both begin.
      try (NettyExchange other = job(BANK, RETAILER)) {
        Map<PartyId, Callable<Void>> calls = new TreeMap<>();
        for (Exchange exchange : List.of(job, other)) {
          calls.put(
              exchange.self(),
              () -> {
                exchange.connect(Progress.NONE);
                return null;
              });
        }
        Parties.together(calls);
        assertThat(job.linkCounts().lost() + other.linkCounts().lost()).isZero();
      }
    }
  }

  private NettyExchange job(PartyId self, PartyId peer) {
    TestIdentity identity = of(identities, self);
    return NettyExchange.builder(self, Parties.codec(TestMessage.TYPES))
        .identity(identity.key(), List.of(identity.certificate()))
        .listen("127.0.0.1", of(ports, self))
        .peer(peer, "127.0.0.1", of(ports, peer), of(identities, peer).fingerprint())
        .timeouts(NettyNetwork.TIMEOUTS)
        .open();
  }
}
