// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import io.heddle.channel.AbortCode;
import io.heddle.channel.Channel;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.netty.Handshake;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.TlsExchange;
import io.heddle.config.PartyConfig;
import io.heddle.config.PartyConfig.Dialling;
import io.heddle.doctor.Check.Status;
import io.heddle.doctor.Check.Subject;
import io.heddle.error.ConfigurationException;
import io.heddle.error.PeerIdentityException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.session.SessionTerms;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one peer over the links that a job would use, while the peer's doctor looks at this
 * party: by the ordinary exchange with the ordinary pinning, but another application protocol, so
 * that no job can take part in it or be disturbed by it. What each learns of the other: {@link
 * DoctorMessage}, and what TLS shows.
 */
public final class PeerDoctor {
  private static final String KIND = "doctor";
  private static final String OWN_KEY = "this party's own key cannot be used";
  private static final String RUN_THERE = "run `heddle doctor` at the peer now";
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final Duration LONGEST_IDLE = Duration.ofSeconds(15);
  private static final Duration LONGEST_RECONNECT = Duration.ofSeconds(30);
  private static final Duration LONGEST_RECEIVE = Duration.ofMinutes(2);
  private static final int MAX_CAUSES = 32;

  private final PartyConfig party;
  private final PartyId name;
  private final PartyConfig.Peer peer;
  private final Visit visit;
  private final Progress progress;
  private final Findings findings;

  private PeerDoctor(
      PartyConfig party,
      PartyId name,
      PartyConfig.Peer peer,
      Visit visit,
      Progress progress,
      Findings findings) {
    this.party = party;
    this.name = name;
    this.peer = peer;
    this.visit = visit;
    this.progress = progress;
    this.findings = findings;
  }

  /**
   * Goes through all checks of a peer in the order of {@link Subject}; what cannot be looked at is
   * skipped.
   *
   * @param identity of this party; null if it cannot be used
   * @param told each check as soon as it is done
   * @throws ConfigurationException if this party does not know the peer
   */
  public static void examine(
      PartyConfig party,
      @Nullable Identity identity,
      PartyId name,
      Visit visit,
      Progress progress,
      Consumer<Check> told) {
    PartyConfig.Peer peer = party.peers().get(name);
    if (peer == null) {
      throw new ConfigurationException(
          "No peer " + name + " in " + party.file() + ": it knows " + party.peers().keySet());
    }
    Findings findings = new Findings(told);
    PeerDoctor doctor = new PeerDoctor(party, name, peer, visit, progress, findings);
    try {
      doctor.examine(identity);
    } finally {
      progress.end();
    }
  }

  private void examine(@Nullable Identity identity) {
    if (peer.dialling() == Dialling.NEVER) {
      String why = name + " dials this party, and not the other way round";
      findings.tell(Check.skipped(Subject.DNS, why));
      findings.tell(Check.skipped(Subject.TCP, why));
      if (identity == null) {
        findings.skipRest(OWN_KEY);
      } else {
        overLinks(null, identity);
      }
      return;
    }
    Way way = Way.to(peer, party.proxy());
    findings.tell(way.resolve());
    if (findings.hasFailed()) {
      findings.skipRest("the name does not resolve");
    } else if (identity == null) {
      findings.tell(way.connect(party.timeouts().handshake()));
      findings.skipRest(OWN_KEY);
    } else {
      overLinks(way, identity);
    }
  }

  /**
   * @param way to the peer; null if it is the peer that dials
   */
  private void overLinks(@Nullable Way way, Identity identity) {
    // Listens from here on: the peer waits for this party as this one does for it.
    try (NettyExchange exchange =
        TlsExchange.doctor(party, name, DoctorMessages.codec(), identity, timeouts())) {
      if (way != null) {
        Check tcp = connect(way, exchange);
        findings.tell(tcp);
        if (tcp.status() == Status.FAILED) {
          findings.skipRest(RUN_THERE);
          return;
        }
      }
      lookThrough(exchange, identity);
      if (!findings.isComplete()) {
        findings.tell(StoreProcesses.examine(party, identity, name));
      }
    } catch (ConfigurationException e) {
      if (way != null) {
        findings.tell(way.connect(party.timeouts().handshake()));
      }
      findings.skipRest(String.valueOf(e.getMessage()));
    }
  }

  private ExchangeTimeouts timeouts() {
    PartyConfig.Timeouts own = party.timeouts();
    return new ExchangeTimeouts(
        visit.patience(),
        own.handshake(),
        shorter(own.idle(), LONGEST_IDLE),
        LONGEST_RECEIVE,
        LONGEST_RECONNECT);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Tries until it connects or the patience ends: the peer's doctor may be started later. */
  private Check connect(Way way, NettyExchange exchange) {
    long deadline = System.nanoTime() + visit.patience().toNanos();
    Check check = way.connect(party.timeouts().handshake());
    if (check.status() == Status.FAILED) {
      progress.note(
          name
              + ": "
              + check.found()
              + "; trying again for "
              + ExchangeTimeouts.describe(visit.patience()));
      progress.waitingFor(name.name());
    }
    try {
      while (check.status() == Status.FAILED && System.nanoTime() < deadline) {
        if (exchange.handshake(name) != null) {
          // It was there, has found something out, and has left.
          return Check.ok(Subject.TCP, name + " was reached").with("outcome", "connected");
        }
        TimeUnit.MILLISECONDS.sleep(RETRY.toMillis());
        check = way.connect(party.timeouts().handshake());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return check;
  }

  private void lookThrough(NettyExchange exchange, Identity identity) {
    try {
      awaitLinks(exchange);
    } catch (VflException e) {
      explain(exchange, identity, e);
      findings.skipRest("not reached");
      return;
    }
    tellTls(exchange, identity);
    findings.tell(
        Check.ok(
            Subject.LINK_BACK,
            switch (peer.dialling()) {
              case OWN -> name + " has connected to this party and was let in";
              case BOTH -> "not needed: this party has dialled both links, and was let in";
              case NEVER -> name + " has connected to this party for both links and was let in";
            }));
    try {
      converse(exchange);
    } catch (VflException e) {
      progress.end();
      boolean terms = e instanceof ProtocolException && findings.next() == Subject.CLOCK;
      if (!findings.isComplete()) {
        findings.tell(
            Check.failed(
                terms ? Subject.VERSIONS : findings.next(),
                String.valueOf(e.getMessage()),
                terms
                    ? "install the same version of Heddle at both parties"
                    : "run `heddle doctor` at both parties again"));
        findings.skipRest("not reached");
      }
    }
  }

  /** Waits for both links; for longer where the peer is there and looks at another party first. */
  private void awaitLinks(NettyExchange exchange) {
    long deadline = System.nanoTime() + party.timeouts().connect().toNanos();
    Handshake seen = null;
    while (true) {
      try {
        exchange.connect(progress);
        return;
      } catch (PeerUnavailableException e) {
        Handshake newest = exchange.handshake(name);
        if (newest == null
            || newest.equals(seen)
            || exchange.room(name) != null
            || System.nanoTime() > deadline) {
          throw e;
        }
        seen = newest;
      }
    }
  }

  private void converse(NettyExchange exchange) {
    Map<PartyId, String> roles = Map.of(party.party(), KIND, name, KIND);
    SessionTerms terms = SessionTerms.of(KIND, roles, new TreeMap<>());
    try (Session session = Session.open(exchange, terms, progress)) {
      try {
        Channel step = session.beginStep(KIND, new TreeMap<>());
        new Conversation(exchange, step, name, visit, findings, progress).run();
        session.finish();
      } catch (VflException e) {
        session.fail(e);
        throw e;
      }
      boolean unused = session.leave();
    }
  }

  private void tellTls(NettyExchange exchange, Identity identity) {
    Handshake handshake = exchange.handshake(name);
    if (handshake == null) {
      throw new AssertionError("the link to the peer is open");
    }
    findings.tell(
        Check.ok(
                Subject.TLS,
                handshake.version()
                    + ", "
                    + handshake.cipherSuite()
                    + ", "
                    + handshake.application()
                    + ", "
                    + name
                    + " has the pinned key "
                    + peer.fingerprint())
            .with("version", handshake.version())
            .with("alpn", handshake.application())
            .with("fingerprint", peer.fingerprint()));
    long own = OwnSide.daysLeft(identity.certificate());
    long theirs = OwnSide.daysLeft(handshake.certificate());
    String found = "this party's is valid for " + own + " days, that of " + name + " for " + theirs;
    Check check =
        Math.min(own, theirs) < OwnSide.FEW_DAYS
            ? Check.warning(
                Subject.CERTIFICATES,
                found,
                "make a new identity with `heddle init --force` at "
                    + (own < theirs ? party.party() : name)
                    + " and give its peers the fingerprint in time")
            : Check.ok(Subject.CERTIFICATES, found);
    findings.tell(check.with("ownDays", own).with("peerDays", theirs));
  }

  /** Tells the check that stands for why there are no links. */
  private void explain(NettyExchange exchange, Identity identity, VflException why) {
    if (String.valueOf(why.getMessage()).contains(AbortCode.FITTING_DIALS)) {
      if (exchange.handshake(name) != null) {
        tellTls(exchange, identity);
      }
      findings.tell(
          Check.failed(
              Subject.LINK_BACK,
              String.valueOf(why.getMessage()),
              "agree with the peer's operator who dials, and correct peers."
                  + name
                  + ".dial here or peers."
                  + party.party()
                  + ".dial there"));
    } else if (why instanceof PeerIdentityException) {
      explainTls(identity, why);
    } else if (why instanceof PeerUnavailableException) {
      explainSilence(exchange, identity, why);
    } else if (why instanceof ProtocolException) {
      if (exchange.handshake(name) != null) {
        tellTls(exchange, identity);
      }
      findings.tell(
          Check.failed(
              Subject.VERSIONS,
              String.valueOf(why.getMessage()),
              "install the same version of Heddle at both parties"));
    } else {
      findings.tell(
          Check.failed(
              findings.next(),
              String.valueOf(why.getMessage()),
              "run `heddle doctor` at both parties again"));
    }
  }

  private void explainSilence(NettyExchange exchange, Identity identity, VflException why) {
    if (peer.dialling() == Dialling.NEVER) {
      findings.tell(
          Check.failed(
              Subject.LINK_BACK,
              String.valueOf(why.getMessage()),
              "run `heddle doctor` at the peer now, with peers."
                  + party.party()
                  + ".dial = both and this party's address there, and have the network let it"
                  + " through to this party's listen.port "
                  + party.listen().port()));
      return;
    }
    if (exchange.handshake(name) == null) {
      findings.tell(
          Check.failed(
              Subject.TLS,
              peer.address()
                  + " takes connections and no TLS handshake comes about within "
                  + ExchangeTimeouts.describe(party.timeouts().handshake()),
              "have what takes the connections there (a load balancer, a port that is passed on) pass"
                  + " them to the peer's listen.port, and "
                  + RUN_THERE));
      return;
    }
    tellTls(exchange, identity);
    boolean oneWay = peer.dialling() == Dialling.OWN && exchange.room(name) != null;
    findings.tell(
        Check.failed(
            Subject.LINK_BACK,
            oneWay
                ? name + " does not get through to this party"
                : name + " is there and closes the link: it looks at another party",
            oneWay
                ? "have the network let the peer through to this party's listen.port "
                    + party.listen().port()
                    + ", and have its operator correct this party's address: the tcp line there"
                    + " says more"
                : "run `heddle doctor` there without --peer, or with --peer " + party.party()));
  }

  private void explainTls(Identity identity, VflException why) {
    String message = String.valueOf(why.getMessage());
    String address = String.valueOf(peer.address());
    String reason = message.substring(message.indexOf(address) + address.length());
    CertificateException refusal = cause(why, CertificateException.class);
    String words = refusal == null ? "" : String.valueOf(refusal.getMessage());
    if (cause(why, CertificateExpiredException.class) != null
        || cause(why, CertificateNotYetValidException.class) != null) {
      findings.tell(
          Check.ok(Subject.TLS, name + " has the pinned key " + peer.fingerprint())
              .with("fingerprint", peer.fingerprint()));
      findings.tell(
          Check.failed(
              Subject.CERTIFICATES,
              words,
              "make a new identity with `heddle init --force` at the peer and pin its fingerprint"
                  + " here, or set the clock that is wrong"));
    } else if (refusal != null && words.contains("fingerprint")) {
      findings.tell(
          Check.failed(
              Subject.TLS,
              words,
              "ask the peer's operator, on a way you trust, for the fingerprint, and pin it with"
                  + " `heddle peer add` if it is the other one"));
    } else if (reason.contains("certificate")) {
      findings.tell(
          Check.failed(
              Subject.TLS,
              name + " refuses this party's certificate, fingerprint " + identity.fingerprint(),
              "have the peer pin it with `heddle peer add "
                  + party.party()
                  + " --address HOST:PORT --fingerprint "
                  + identity.fingerprint()
                  + "`, or set the clock that is wrong if it has"));
    } else if (reason.contains("no_application_protocol")
        || reason.contains("does not speak heddle-doctor")) {
      findings.tell(
          Check.failed(
              Subject.TLS,
              "a job of " + name + ", or another version of Heddle, answers at " + peer.address(),
              RUN_THERE + ", when its job has ended"));
    } else {
      findings.tell(
          Check.failed(
              Subject.TLS,
              "no TLS 1.3 with " + peer.address() + reason,
              "have the connection passed on to the peer unchanged: nothing on the way may end TLS,"
                  + " and the address must be that of its listen.port"));
    }
  }

  private static <T extends Throwable> @Nullable T cause(Throwable failure, Class<T> type) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < MAX_CAUSES; depth++) {
      if (type.isInstance(cause)) {
        return type.cast(cause);
      }
      cause = cause.getCause();
    }
    return null;
  }
}
