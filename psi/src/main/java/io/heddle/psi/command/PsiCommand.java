// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.command;

import io.heddle.channel.AbortCode;
import io.heddle.channel.Channel;
import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeStart;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageType;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.TlsExchange;
import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.JoinedRows;
import io.heddle.psi.OwnRows;
import io.heddle.psi.PrivateJoin;
import io.heddle.psi.PrivateSum;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.ledger.PsiLedger;
import io.heddle.psi.oprf.Oprf;
import io.heddle.psi.table.FixedPointColumn;
import io.heddle.psi.table.Ids;
import io.heddle.psi.table.Table;
import io.heddle.psi.table.TableFiles;
import io.heddle.psi.table.TableOutput;
import io.heddle.session.Session;
import io.heddle.session.SessionLog;
import io.heddle.session.SessionMessages;
import io.heddle.session.SessionTerms;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One party's run of {@code heddle psi}: finds with its peers the rows that all of them have, and
 * writes its own columns of these rows, or of those that the job asks for. In a plain JVM; every
 * party runs the same. What each learns: {@link PrivateJoin}.
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
   * @param fresh begins anew instead of going on with a run that was broken off
   */
  public record Request(
      Path config,
      Path job,
      Path data,
      @Nullable Path out,
      @Nullable Path report,
      boolean fresh,
      Overrides overrides) {}

  /**
   * What this party brings.
   *
   * @param values what is added up, one for each row; null if it brings none
   * @param ledger null if it has none
   */
  private record Own(
      OwnRows rows, Table columns, long @Nullable [] values, @Nullable PsiLedger ledger) {}

  /** What a run gives this party. */
  private record Found(JoinedRows rows, @Nullable String sum) {}

  /**
   * Runs until the common rows are written. After a crash the same request goes on where it was.
   * What is wrong with the settings or the key files is told before any connection.
   *
   * @throws io.heddle.error.VflException of the kind that the cause asks for; the peers are told
   *     that this party failed, and nothing is written
   */
  public static PsiReport run(Request request, Progress progress) {
    PartyConfig config = PartyConfig.load(request.config(), request.overrides());
    JobConfig job = JobConfig.load(request.job(), request.overrides());
    job.checkFor(config);
    if (config.data().id().isEmpty()) {
      throw new ConfigurationException(
          "Missing setting data.id ("
              + request.config()
              + "): must be the column that names a row, or a list of them");
    }
    JobConfig.PsiResult result = job.psi().result();
    if (request.out() != null
        && (result == JobConfig.PsiResult.CARDINALITY || result == JobConfig.PsiResult.SUM)) {
      throw new ConfigurationException(
          "Invalid output "
              + request.out()
              + ": must be left out with psi.result = "
              + job.canonicalTerms().get("psi.result")
              + " ("
              + request.job()
              + "), which gives a number and no rows");
    }
    Identity identity = TlsExchange.identity(config);
    Oprf oprf = Oprf.of(job, config, () -> identity);
    SessionTerms terms = terms(job, config);
    // Listens before the table is read: a peer that is there is told if it cannot be used.
    try (SessionLog log = openLog(request, config, identity, terms);
        NettyExchange exchange =
            TlsExchange.open(
                config,
                job,
                codec(),
                identity,
                log == null ? ExchangeStart.first() : log.start(),
                null);
        TableOutput output = openOutput(request, exchange, log, progress)) {
      if (log != null) {
        log.notes().forEach(progress::note);
      }
      Own own =
          beforeSession(
              exchange,
              log,
              progress,
              () -> {
                Own read = read(request, config, job, progress);
                if (oprf != null && log != null) {
                  prepare(oprf, read, job, config, log, progress);
                }
                return read;
              });
      try (Session session =
          log == null
              ? Session.open(exchange, terms, progress)
              : Session.open(exchange, log, progress)) {
        try {
          boolean published = log != null && log.isPublished();
          return run(request, session, own, published ? null : output, config, job, oprf, progress);
        } catch (RuntimeException | Error e) {
          session.fail(e);
          throw e;
        }
      }
    }
  }

  private static @Nullable SessionLog openLog(
      Request request, PartyConfig config, Identity identity, SessionTerms terms) {
    return SessionLog.ofJob(
        config,
        identity,
        STEP,
        request.job(),
        request.data().toAbsolutePath().toString(),
        terms,
        codec(),
        request.fresh());
  }

  private static @Nullable TableOutput openOutput(
      Request request, Exchange exchange, @Nullable SessionLog log, Progress progress) {
    Path out = request.out();
    return out == null ? null : beforeSession(exchange, log, progress, () -> TableOutput.open(out));
  }

  /** Does what needs no peer; if it fails the peers are told. */
  private static <T> T beforeSession(
      Exchange exchange, @Nullable SessionLog log, Progress progress, Supplier<T> work) {
    try {
      return work.get();
    } catch (RuntimeException | Error e) {
      // A session that began before this process can be gone on with once the cause is mended.
      boolean again = log != null && log.isAgain();
      exchange.abortUnopened(again ? AbortCode.FAILED : AbortCode.of(e), progress);
      throw e;
    }
  }

  /**
   * Makes ready what needs no peer. In the run itself, where the session's randomness is not there
   * yet for want of a log, and where a session goes on, of which nobody knows how far it was.
   */
  private static void prepare(
      Oprf oprf, Own own, JobConfig job, PartyConfig config, SessionLog log, Progress progress) {
    if (log.session() != null || job.parties().size() != 2) {
      return;
    }
    PartyId self = config.party();
    for (PartyId peer : job.parties()) {
      if (!peer.equals(self)) {
        boolean receives = self.equals(job.psi().receiver());
        oprf.prepare(
            "1-" + STEP, receives, peer, log::privateRandomness, own.rows().ids(), progress);
      }
    }
  }

  private static Own read(Request request, PartyConfig config, JobConfig job, Progress progress) {
    Table table = TableFiles.read(request.data());
    Ids ids = Ids.of(table, config.data().id(), job.psi().normalise(), job.psi().duplicates());
    ids.notes().forEach(progress::note);
    PsiLedger ledger = PsiLedger.of(config);
    if (ledger != null) {
      ledger.readAhead();
    }
    JobConfig.Sum sum = job.psi().sum();
    return new Own(
        OwnRows.of(ids.values(), job.psi().duplicates()),
        ownColumns(table, config.data()),
        sum == null || job.psi().receiver().equals(config.party())
            ? null
            : FixedPointColumn.read(table, sum.column(), sum.scale()),
        ledger);
  }

  private static PsiReport run(
      Request request,
      Session session,
      Own own,
      @Nullable TableOutput output,
      PartyConfig config,
      JobConfig job,
      @Nullable Oprf oprf,
      Progress progress) {
    Found found = find(session, job, config, own, oprf, progress);
    JoinedRows joined = found.rows();
    TableOutput result = learns(job, config) ? output : null;
    if (result != null) {
      // While the peers still wait: a full disk here leaves them without a result as well.
      result.write(own.columns(), joined.rows());
    }
    PsiReport report =
        new PsiReport(
            joined.protocol().word(),
            job.psi().join().name().toLowerCase(Locale.ROOT),
            own.columns().rows(),
            joined.common(),
            joined.rows().length,
            HexFormat.of().formatHex(joined.digest()),
            session.traffic().bytesSent(),
            session.traffic().bytesReceived(),
            ProcessUsage.cpuSeconds(),
            ProcessUsage.peakMemoryMiB(),
            found.sum(),
            oprf == null ? null : oprf.figures());
    if (request.report() != null) {
      report.write(request.report());
    }
    session.finish();
    if (result != null) {
      result.publish();
    }
    if (!session.leave()) {
      progress.note(
          "a peer has not confirmed the end: should it have to go on later, run this command"
              + " again");
    }
    return report;
  }

  private static boolean learns(JobConfig job, PartyConfig config) {
    return job.psi().result() == JobConfig.PsiResult.BOTH
        || job.psi().receiver().equals(config.party());
  }

  private static Found find(
      Session session,
      JobConfig job,
      PartyConfig config,
      Own own,
      @Nullable Oprf oprf,
      Progress progress) {
    try {
      // Ids of one column and of several never meet: one of the parties has the wrong data.id.
      Channel step =
          session.beginStep(
              STEP, new TreeMap<>(Map.of("id-columns", String.valueOf(config.data().id().size()))));
      PsiLimits limits = PsiLimits.of(config, job, own.ledger(), session.id(), step);
      if (job.psi().sum() != null) {
        return sum(session, step, job, own, limits, progress);
      }
      return new Found(
          PrivateJoin.run(
              step,
              job.psi(),
              session.bindingSalt(STEP),
              session::privateRandomness,
              own.rows(),
              limits,
              progress,
              oprf),
          null);
    } finally {
      progress.end();
    }
  }

  private static Found sum(
      Session session, Channel step, JobConfig job, Own own, PsiLimits limits, Progress progress) {
    PrivateSum.Result found =
        PrivateSum.run(
            step,
            job.psi(),
            job.keyBits(),
            session.bindingSalt(STEP),
            session::privateRandomness,
            own.rows(),
            own.values(),
            limits,
            progress);
    return new Found(
        new JoinedRows(found.common(), new int[0], new byte[0], JobConfig.PsiProtocol.ECDH),
        found.sum() == null ? null : found.sum().toPlainString());
  }

  private static Table ownColumns(Table table, PartyConfig.Data data) {
    if (data.columns().isEmpty()) {
      return table;
    }
    List<String> names = new ArrayList<>(data.id());
    if (data.label() != null) {
      names.add(data.label());
    }
    if (data.weight() != null) {
      names.add(data.weight());
    }
    names.addAll(data.columns());
    return table.select(names);
  }

  private static MessageCodec codec() {
    return new MessageCodec(
        Stream.<MessageType<?>>concat(SessionMessages.TYPES.stream(), PsiMessages.TYPES.stream())
            .toList());
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
