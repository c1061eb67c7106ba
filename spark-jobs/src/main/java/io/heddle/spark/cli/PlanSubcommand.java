// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cli;

import io.heddle.config.JobConfig;
import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.DataException;
import io.heddle.party.PartyId;
import io.heddle.psi.ledger.Learned;
import io.heddle.psi.table.Table;
import io.heddle.psi.table.TableFiles;
import io.heddle.spark.plan.Plan;
import io.heddle.spark.plan.PlanSizes;
import io.heddle.spark.plan.PlannedMessage;
import io.heddle.train.trees.TreeTerms;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code heddle plan}. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Tells what a job would send to whom, how much, and what each reader learns.",
      "Runs nothing, sends nothing; reads the table only to count its rows and columns."
    })
final class PlanSubcommand implements Runnable {
  private static final int WIDTH = 100;

  @Spec
  @SuppressWarnings("NullAway.Init")
  private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "COMMAND",
      description = "psi, train or score (default: train).")
  private Plan.Command command = Plan.Command.TRAIN;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "This party's file (default: heddle.conf).")
  private Path config = Path.of("heddle.conf");

  @Option(
      names = "--job",
      paramLabel = "FILE",
      required = true,
      description = "The job file that all parties hold.")
  private @Nullable Path job;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description = "This party's table: CSV with a header, or Parquet.")
  private @Nullable Path data;

  @Option(names = "--rows", paramLabel = "N", description = "Without --data: rows of the table.")
  private int rows;

  @Option(
      names = "--columns",
      paramLabel = "N",
      description = "Without --data: columns that take part.")
  private int columns;

  @Option(
      names = "--passes",
      paramLabel = "N",
      description = "Passes of a fit to reckon with (default: ${DEFAULT-VALUE}).")
  private int passes = 20;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Goes before the files; may be given several times.")
  private List<String> settings = new ArrayList<>();

  @Override
  public void run() {
    if (job == null) {
      throw new AssertionError("picocli lets no required option pass");
    }
    Overrides overrides = Overrides.ofArguments(settings);
    PartyConfig party = PartyConfig.load(config, overrides);
    JobConfig terms = JobConfig.load(job, overrides);
    terms.checkFor(party);
    PlanSizes sizes = sizes(party, terms);
    boolean semiHonest = party.takesAsSemiHonest(terms.parties());
    List<PlannedMessage> plan = Plan.of(terms, command, sizes, semiHonest);
    PartyId self = party.party();
    PrintWriter out = spec.commandLine().getOut();
    out.println(
        "Plan of "
            + self
            + ": "
            + command.name().toLowerCase(Locale.ROOT)
            + ", job "
            + terms.name()
            + ". Nothing was run or sent.");
    party
        .peers()
        .forEach(
            (peer, known) -> {
              if (terms.parties().contains(peer)) {
                out.println("  with " + peer + ", " + known.place() + ", " + known.fingerprint());
              }
            });
    out.println(
        "  reckoned with "
            + sizes.rows()
            + " rows and "
            + sizes.columns()
            + " columns at every party, all rows common"
            + (command == Plan.Command.TRAIN
                ? terms.algorithm() == JobConfig.Algorithm.GBT
                    ? ", " + terms.gbt().maxIter() + " trees for " + predicted(terms) + asked(terms)
                    : ", " + Math.min(passes, terms.logistic().maxIter()) + " passes"
                : ""));
    if (command == Plan.Command.TRAIN
        && terms.algorithm() == JobConfig.Algorithm.GBT
        && terms.gbt().scheme() == JobConfig.TreesScheme.OKAMOTO_UCHIYAMA) {
      wrapped(
          out,
          "okamoto-uchiyama is for feature holders that follow the protocol only: one that sends"
              + " numbers of its own making can find the label holder's key, and with it all"
              + " derivatives. Against such a peer set gbt.scheme = paillier.");
    }
    if (command == Plan.Command.PSI) {
      Plan.outcome(terms).forEach(line -> out.println("  " + line));
    }
    JobConfig.PsiProtocol protocol = Plan.protocol(terms, sizes, semiHonest);
    printProtocol(out, terms, protocol);
    Learned.of(terms.psi(), terms.parties(), protocol)
        .forEach((each, learned) -> wrapped(out, each + " learns " + learned));
    out.println();
    out.println("What leaves this party");
    print(
        out,
        plan.stream().filter(message -> message.from().equals(self)).toList(),
        PlannedMessage::to,
        "to ");
    out.println();
    out.println("What comes to this party, and what it learns");
    print(
        out,
        plan.stream().filter(message -> message.to().equals(self)).toList(),
        PlannedMessage::from,
        "from ");
    if (terms.parties().size() > 2) {
      out.println();
      out.println("What crosses between the others");
      print(
          out,
          plan.stream()
              .filter(message -> !message.from().equals(self) && !message.to().equals(self))
              .toList(),
          PlannedMessage::to,
          "to ");
    }
    out.println();
    out.println("This party's own rules");
    party
        .effective()
        .forEach(
            (key, value) -> {
              if (key.startsWith("privacy.")
                  || key.equals("psi.ledger")
                  || key.equals("psi.quota-period")
                  || key.endsWith(".psi-quota")
                  || (key.startsWith("psi.oprf.")
                      && terms.psi().protocol() == JobConfig.PsiProtocol.ECDH_OPRF)) {
                out.println("  " + key + " = " + value);
              }
            });
  }

  private static String asked(JobConfig job) {
    return job.gbt().sharedTrees() == JobConfig.SharedTrees.ALL
        ? ""
        : ", of which " + TreeTerms.of(job).mostSharedTrees() + " ask feature holders";
  }

  private static String predicted(JobConfig job) {
    return switch (job.gbt().objective()) {
      case LOGISTIC -> "two classes";
      case SQUARED -> "numbers";
      case POISSON -> "counts";
      case MULTI_CLASS -> job.gbt().classes() + " classes";
    };
  }

  private static void printProtocol(
      PrintWriter out, JobConfig job, JobConfig.PsiProtocol protocol) {
    out.println(
        "  intersection by "
            + protocol.word()
            + (job.psi().protocol() == JobConfig.PsiProtocol.AUTO
                ? ", which psi.protocol = auto chooses for such sets"
                : ""));
    if (protocol == JobConfig.PsiProtocol.KKRT) {
      wrapped(
          out,
          "kkrt is for semi-honest parties only: a receiver that does not follow it, and knows a few"
              + " dozen of the sender's ids, can recover the sender's secret and test any id by"
              + " itself. Against such a peer set peers.NAME.semi-honest = false; then ecdh runs.");
    }
    if (protocol == JobConfig.PsiProtocol.RR22) {
      wrapped(
          out,
          "rr22 is for semi-honest parties only, and rests on how far the words of a code lie apart,"
              + " which its authors estimate: no proof is known. It sends a third of the bytes of"
              + " kkrt. Where that matters less, psi.protocol = auto rests on no such assumption.");
    }
    if (protocol == JobConfig.PsiProtocol.ECDH_OPRF) {
      wrapped(
          out,
          "SetTags go out only where the receiver has kept none under the sender's key. It keeps"
              + " them until psi.oprf.key-lifetime is up, and sees in each run whether the sender's"
              + " set has changed. The sender counts each id that is asked for, and refuses more"
              + " than psi.oprf.max-queries in that time.");
    }
  }

  private PlanSizes sizes(PartyConfig party, JobConfig terms) {
    if (data != null) {
      if (rows != 0 || columns != 0) {
        throw new ParameterException(
            spec.commandLine(), "--rows and --columns are for a plan without --data");
      }
      Table table = TableFiles.read(data);
      if (table.rows() == 0) {
        throw new DataException("No rows in " + data);
      }
      Set<String> used = new HashSet<>(party.data().features(table.columnNames()));
      if (command == Plan.Command.SCORE) {
        // It looks at the model's columns.
        used.retainAll(Set.copyOf(table.columnNames()));
      } else {
        table.requireColumns(List.copyOf(used));
      }
      if (command == Plan.Command.TRAIN && party.party().equals(terms.labelHolderIfAny())) {
        table.requireColumns(
            Stream.of(party.data().requiredLabel(), party.data().weight())
                .filter(Objects::nonNull)
                .toList());
      }
      return new PlanSizes(table.rows(), used.size(), atLeastOne("--passes", passes));
    }
    return new PlanSizes(
        atLeastOne("--rows (or --data)", rows),
        Math.max(0, columns),
        atLeastOne("--passes", passes));
  }

  private int atLeastOne(String option, int value) {
    if (value < 1) {
      throw new ParameterException(
          spec.commandLine(), "Missing or invalid " + option + ": must be at least 1");
    }
    return value;
  }

  private static void print(
      PrintWriter out,
      List<PlannedMessage> messages,
      Function<PlannedMessage, PartyId> other,
      String preposition) {
    String phase = "";
    long sum = 0;
    for (PlannedMessage message : messages) {
      if (!message.phase().equals(phase)) {
        phase = message.phase();
        out.println("  " + phase);
      }
      out.println(
          String.format(
              Locale.ROOT,
              "    %-18s %-22s %10s",
              message.type().type().getSimpleName(),
              preposition + other.apply(message),
              size(message.bytes())));
      wrapped(out, "learned by the reader: " + message.type().learns());
      sum += message.bytes();
    }
    out.println("  in all about " + size(sum));
  }

  private static void wrapped(PrintWriter out, String text) {
    StringBuilder line = new StringBuilder("       ");
    for (String word : text.split(" ", -1)) {
      if (line.length() + 1 + word.length() > WIDTH) {
        out.println(line);
        line = new StringBuilder("       ");
      }
      line.append(' ').append(word);
    }
    out.println(line);
  }

  private static String size(long bytes) {
    if (bytes == 0) {
      return "on failure";
    }
    if (bytes < 10_000) {
      return bytes + " B";
    }
    return bytes < 10_000_000
        ? String.format(Locale.ROOT, "%.1f kB", bytes / 1e3)
        : String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
