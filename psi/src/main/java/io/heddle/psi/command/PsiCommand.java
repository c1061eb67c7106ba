// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.command;

import io.heddle.channel.Channel;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageType;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.table.Ids;
import io.heddle.psi.table.Table;
import io.heddle.psi.table.TableFiles;
import io.heddle.psi.table.TableOutput;
import io.heddle.session.Session;
import io.heddle.session.SessionMessages;
import io.heddle.session.SessionTerms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One party's run of {@code heddle psi}: finds with its peers the rows that all of them have, and
 * writes its own columns of these rows. In a plain JVM; every party runs the same. What each
 * learns: {@link PrivateSetIntersection}.
 */
public final class PsiCommand {
  private static final String STEP = "psi";

  private PsiCommand() {}

  /**
   * What to run.
   *
   * @param config this party's file
   * @param job the file that all parties hold
   * @param data this party's table
   * @param out where the common rows go, in the order that all parties share; null for nowhere
   * @param report where a report for another process goes; null for nowhere
   */
  public record Request(
      Path config,
      Path job,
      Path data,
      @Nullable Path out,
      @Nullable Path report,
      Overrides overrides) {}

  /**
   * Runs until the common rows are written. What is wrong with the files, the settings or the place
   * for the result is told before any connection.
   *
   * @throws io.heddle.error.VflException of the kind that the cause asks for; the peers are told
   *     that this party failed, and nothing is written
   */
  public static PsiReport run(Request request, Progress progress) {
    PartyConfig config = PartyConfig.load(request.config(), request.overrides());
    JobConfig job = JobConfig.load(request.job(), request.overrides());
    job.checkFor(config);
    Identity identity =
        Identity.load(config.identity().keyStore(), config.identity().passwordFile());
    if (config.data().id().isEmpty()) {
      throw new ConfigurationException(
          "Missing setting data.id ("
              + request.config()
              + "): must be the column that names a row, or a list of them");
    }
    TableOutput output = request.out() == null ? null : TableOutput.open(request.out());
    Table table = TableFiles.read(request.data());
    Ids ids = Ids.of(table, config.data().id(), job.psi().normalise());
    Table own = ownColumns(table, config.data());
    ids.notes().forEach(progress::note);
    try (NettyExchange exchange = exchange(config, job, identity);
        Session session = Session.open(exchange, terms(job, config), progress)) {
      Alignment aligned = align(session, job, config, ids, progress);
      session.finish();
      if (output != null && learns(job, config)) {
        output.write(own, aligned.rows());
      }
      PsiReport report =
          new PsiReport(
              "ecdh",
              table.rows(),
              aligned.rows().length,
              job.psi().result() == JobConfig.PsiResult.BOTH
                  ? HexFormat.of().formatHex(aligned.digest())
                  : "",
              session.traffic().bytesSent(),
              session.traffic().bytesReceived(),
              ProcessUsage.cpuSeconds(),
              ProcessUsage.peakMemoryMiB());
      if (request.report() != null) {
        report.write(request.report());
      }
      return report;
    }
  }

  private static boolean learns(JobConfig job, PartyConfig config) {
    return job.psi().result() == JobConfig.PsiResult.BOTH
        || job.psi().receiver().equals(config.party());
  }

  private static Alignment align(
      Session session, JobConfig job, PartyConfig config, Ids ids, Progress progress) {
    try {
      // Ids of one column and of several never meet: one of the parties has the wrong data.id.
      Channel step =
          session.beginStep(
              STEP, new TreeMap<>(Map.of("id-columns", String.valueOf(config.data().id().size()))));
      PsiLimits limits =
          new PsiLimits(job.psi().minIntersection(), config.privacy().maxPeerSetSize());
      byte[] salt = session.bindingSalt(STEP);
      PartyId receiver = job.psi().receiver();
      return job.psi().result() == JobConfig.PsiResult.BOTH
          ? PrivateSetIntersection.align(step, receiver, salt, ids.values(), limits, progress)
          : new Alignment(
              PrivateSetIntersection.intersect(
                  step, receiver, salt, ids.values(), limits, progress),
              new byte[32]);
    } catch (RuntimeException | Error e) {
      session.fail(e);
      throw e;
    } finally {
      progress.end();
    }
  }

  private static Table ownColumns(Table table, PartyConfig.Data data) {
    if (data.columns().isEmpty()) {
      return table;
    }
    List<String> names = new ArrayList<>(data.id());
    if (data.label() != null) {
      names.add(data.label());
    }
    names.addAll(data.columns());
    return table.select(names);
  }

  private static NettyExchange exchange(PartyConfig config, JobConfig job, Identity identity) {
    PartyConfig.Timeouts timeouts = config.timeouts();
    NettyExchange.Builder builder =
        NettyExchange.builder(
                config.party(),
                new MessageCodec(
                    Stream.<MessageType<?>>concat(
                            SessionMessages.TYPES.stream(), PsiMessages.TYPES.stream())
                        .toList()))
            .identity(identity.privateKey(), identity.certificateChain())
            .listen(config.listen().host(), config.listen().port())
            .timeouts(
                new ExchangeTimeouts(
                    timeouts.connect(), timeouts.handshake(), timeouts.idle(), timeouts.receive()));
    config
        .peers()
        .forEach(
            (name, peer) -> {
              if (job.parties().contains(name)) {
                builder.peer(name, peer.host(), peer.port(), peer.fingerprint());
              }
            });
    return builder.open();
  }

  private static SessionTerms terms(JobConfig job, PartyConfig config) {
    Map<PartyId, String> roles = new TreeMap<>();
    for (PartyId party : job.parties()) {
      roles.put(party, party.equals(job.psi().receiver()) ? "receiver" : "sender");
    }
    return SessionTerms.of(STEP, roles, job.canonicalTerms())
        .withFloors(
            new TreeMap<>(
                Map.of(
                    "paillier.key-bits", (long) config.privacy().minKeyBits(),
                    "psi.min-intersection", (long) config.privacy().minIntersection())));
  }
}
