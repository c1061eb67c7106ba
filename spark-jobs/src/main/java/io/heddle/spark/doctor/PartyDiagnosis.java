// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.config.PartyConfig;
import io.heddle.doctor.Check;
import io.heddle.doctor.Check.Status;
import io.heddle.doctor.OwnSide;
import io.heddle.doctor.PeerDoctor;
import io.heddle.doctor.Visit;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.spark.console.ExitCode;
import java.io.IOException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.package$;

/** What the doctor has found of a party and the ways to its peers, for people and for programs. */
public final class PartyDiagnosis {
  private final PartyId party;
  private final Consumer<String> lines;
  private final Map<String, Map<String, Object>> checks = new LinkedHashMap<>();
  private ExitCode exitCode = ExitCode.OK;

  private PartyDiagnosis(PartyId party, Consumer<String> lines) {
    this.party = party;
    this.lines = lines;
  }

  /**
   * Looks at this party and then at one peer after the other, which do the same.
   *
   * @param peers in any order; each is known to the party
   * @param lines told each line of the text as soon as it stands
   */
  public static PartyDiagnosis examine(
      PartyConfig party,
      Collection<PartyId> peers,
      Visit visit,
      Progress progress,
      Consumer<String> lines) {
    PartyDiagnosis diagnosis = new PartyDiagnosis(party.party(), lines);
    lines.accept("this party, " + party.party() + ":");
    Identity identity = OwnSide.examine(party, diagnosis.under("own"));
    // By name, at every party: so two parties look at each other at the same time.
    for (PartyId peer : peers.stream().sorted().toList()) {
      lines.accept(peer + ", " + place(party, peer) + ":");
      PeerDoctor.examine(party, identity, peer, visit, progress, diagnosis.under("peers." + peer));
    }
    return diagnosis;
  }

  private static String place(PartyConfig party, PartyId peer) {
    PartyConfig.Peer known = party.peers().get(peer);
    return known == null ? "whose address is not known" : known.place();
  }

  /** The version of Spark whose jars this process has. */
  public static String sparkVersion() {
    return package$.MODULE$.SPARK_VERSION();
  }

  private Consumer<Check> under(String place) {
    Map<String, Object> found = new LinkedHashMap<>();
    checks.put(place, found);
    return check -> {
      found.put(check.subject().key(), json(check));
      lines.accept(text(check));
      if (check.status() == Status.FAILED && exitCode == ExitCode.OK) {
        exitCode = code(check.subject());
      }
    };
  }

  private static String text(Check check) {
    String status = check.status().name().toLowerCase(Locale.ROOT);
    return String.format(
            Locale.ROOT, "  %-13s %-8s %s", check.subject().key(), status, check.found())
        + (check.fix().isEmpty() ? "" : ": " + check.fix());
  }

  private static Map<String, Object> json(Check check) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("status", check.status().name().toLowerCase(Locale.ROOT));
    json.put("found", check.found());
    if (!check.fix().isEmpty()) {
      json.put("fix", check.fix());
    }
    json.putAll(check.figures());
    return json;
  }

  private static ExitCode code(Check.Subject subject) {
    return switch (subject) {
      case LISTEN, KEYS, OWN_CERTIFICATE, DNS -> ExitCode.CONFIGURATION;
      case TLS, CERTIFICATES, VERSIONS, ROOM -> ExitCode.PROTOCOL;
      case TCP, LINK_BACK, CLOCK, BANDWIDTH, IDLE, EXCHANGES -> ExitCode.PEER_UNAVAILABLE;
    };
  }

  /** That of the first check that has failed. */
  public ExitCode exitCode() {
    return exitCode;
  }

  /** One object; its keys are promised. */
  public String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("party", party.name());
    Map<String, Object> peers = new LinkedHashMap<>();
    checks.forEach(
        (place, found) -> {
          if (place.startsWith("peers.")) {
            peers.put(place.substring("peers.".length()), found);
          } else {
            json.put(place, found);
          }
        });
    json.put("peers", peers);
    json.put("exitCode", exitCode.code());
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    } catch (IOException e) {
      throw new AssertionError("numbers, strings and lists are all it holds", e);
    }
  }
}
