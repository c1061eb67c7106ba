// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.plan;

import io.heddle.channel.MessageType;
import io.heddle.config.JobConfig;
import io.heddle.config.PartyConfig;
import io.heddle.crypto.encoding.RowPacking;
import io.heddle.ot.IknpSender;
import io.heddle.ot.KkrtSender;
import io.heddle.party.PartyId;
import io.heddle.psi.ProtocolChoice;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.kkrt.KkrtSizes;
import io.heddle.psi.rr22.Rr22Sizes;
import io.heddle.session.SessionMessages;
import io.heddle.train.logistic.LogisticMessages;
import io.heddle.train.logistic.LogisticTerms;
import io.heddle.train.logistic.ScoringMessages;
import io.heddle.train.trees.TreeMessages;
import io.heddle.train.trees.TreeTerms;
import io.heddle.train.trees.TreeTraffic;
import io.heddle.train.trees.TreesScoringMessages;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Every message that a job would send, from whom to whom, and about how much: docs/protocol.md as a
 * list, without running anything.
 */
public final class Plan {
  /** The jobs that there are. */
  public enum Command {
    PSI,
    TRAIN,
    SCORE
  }

  private static final int TERMS_BYTES = 1500;
  private static final int SCALAR_BYTES = 16;

  private final JobConfig job;
  private final PlanSizes sizes;
  private final JobConfig.PsiProtocol protocol;
  private final Map<Integer, MessageType<?>> types = new TreeMap<>();
  private final List<PlannedMessage> messages = new ArrayList<>();

  private Plan(JobConfig job, PlanSizes sizes, boolean semiHonest) {
    this.job = job;
    this.sizes = sizes;
    protocol = protocol(job, sizes, semiHonest);
    Stream.of(
            SessionMessages.TYPES,
            PsiMessages.TYPES,
            LogisticMessages.TYPES,
            ScoringMessages.TYPES,
            TreeMessages.TYPES,
            TreesScoringMessages.TYPES)
        .flatMap(List::stream)
        .forEach(type -> types.put(type.id(), type));
  }

  /**
   * All messages between all parties, in the order of the phases.
   *
   * @param semiHonest whether all parties take the others as ones that follow the protocol
   * @throws io.heddle.error.ConfigurationException if a job that trains or scores has no label
   *     holder, or aligns other rows than the common ones, each once
   */
  public static List<PlannedMessage> of(
      JobConfig job, Command command, PlanSizes sizes, boolean semiHonest) {
    if (command != Command.PSI) {
      job.checkForTraining();
    }
    Plan plan = new Plan(job, sizes, semiHonest);
    int steps = command == Command.PSI ? 1 : command == Command.SCORE ? 2 : 3;
    plan.session(steps);
    plan.align(command);
    if (command != Command.PSI) {
      int test =
          command == Command.SCORE ? sizes.rows() : (int) (sizes.rows() * job.testFraction());
      if (command == Command.TRAIN) {
        plan.train(Math.max(1, sizes.rows() - test));
      }
      if (test > 0) {
        plan.score(test);
      }
    }
    return List.copyOf(plan.messages);
  }

  /** Which rows an intersection gives to whom, in words. */
  public static List<String> outcome(JobConfig job) {
    JobConfig.Psi psi = job.psi();
    PartyId receiver = psi.receiver();
    List<String> lines = new ArrayList<>();
    if (psi.sum() != null) {
      PartyId sender = job.parties().get(job.parties().get(0).equals(receiver) ? 1 : 0);
      lines.add(
          "nobody gets rows; "
              + sender
              + " gets the sum of its column "
              + psi.sum().column()
              + " over the common ids");
    } else if (psi.result() == JobConfig.PsiResult.CARDINALITY) {
      lines.add("nobody gets rows");
    } else if (psi.join() == JobConfig.PsiJoin.DIFFERENCE) {
      lines.add("only " + receiver + " gets rows, those of its ids that are not common to all");
    } else if (psi.result() == JobConfig.PsiResult.RECEIVER) {
      lines.add("only " + receiver + " gets rows, those of its ids that are common to all");
    } else {
      lines.add("every party gets its rows of the common ids, in one order for all");
    }
    if (psi.join() == JobConfig.PsiJoin.LEFT) {
      lines.add(receiver + " gets its other rows too, the others as many rows without values");
    }
    switch (psi.duplicates()) {
      case REFUSE -> lines.add("an id in several rows of a party ends the job");
      case FIRST -> lines.add("of rows with one id the first counts");
      case EXPAND ->
          lines.add(
              psi.join() == JobConfig.PsiJoin.DIFFERENCE
                  ? "every row of an id counts"
                  : "every row of one party meets every row of the others that has its id");
    }
    return lines;
  }

  /** The family of intersection protocols that would run. */
  public static JobConfig.PsiProtocol protocol(JobConfig job, PlanSizes sizes, boolean semiHonest) {
    if (isCount(job)) {
      return JobConfig.PsiProtocol.ECDH;
    }
    return ProtocolChoice.of(
        job.psi().protocol(), job.parties().size(), semiHonest, sizes.rows(), sizes.rows());
  }

  private static boolean isCount(JobConfig job) {
    return job.psi().result() == JobConfig.PsiResult.CARDINALITY || job.psi().sum() != null;
  }

  private void session(int steps) {
    between("session", 1, TERMS_BYTES);
    between("session", 2, 32);
    between("session", 10, 200L * steps);
    between("session", 11, 64);
  }

  private void align(Command command) {
    PartyId receiver = job.psi().receiver();
    List<PartyId> parties = job.parties();
    boolean all = job.psi().result() == JobConfig.PsiResult.BOTH;
    long points = 32L * sizes.rows();
    // docs/protocol.md 3: of 40 bits and twice the logarithm of the set.
    long tags =
        (40 + 2 * (32 - Integer.numberOfLeadingZeros(sizes.rows() - 1)) + 7)
            / 8
            * (long) sizes.rows();
    long positions = 4L * sizes.rows();
    between("align", 20, 16);
    if (isCount(job)) {
      PartyId sender = parties.get(0).equals(receiver) ? parties.get(1) : parties.get(0);
      add("align", 21, receiver, sender, points);
      add("align", 35, sender, receiver, tags);
      add("align", 36, sender, receiver, points);
      if (job.psi().sum() != null) {
        long ciphertext = job.keyBits() / 4;
        add("align", 37, sender, receiver, 7 + 3L * job.keyBits() / 8);
        add("align", 38, sender, receiver, ciphertext * sizes.rows());
        add("align", 39, receiver, sender, 8 + ciphertext);
      }
      return;
    }
    if (parties.size() == 2) {
      PartyId sender = parties.get(0).equals(receiver) ? parties.get(1) : parties.get(0);
      if (protocol == JobConfig.PsiProtocol.KKRT) {
        kkrt(receiver, sender, all, command != Command.PSI);
      } else if (protocol == JobConfig.PsiProtocol.RR22) {
        rr22(receiver, sender, all);
      } else if (protocol == JobConfig.PsiProtocol.ECDH_OPRF) {
        oprf(receiver, sender, all, points, tags, positions);
      } else {
        ecdh(receiver, sender, all, points, tags, positions);
      }
    } else {
      ring(receiver, all, points, tags, positions);
    }
    boolean expand = all && job.psi().duplicates() == JobConfig.PsiDuplicates.EXPAND;
    boolean left = job.psi().join() == JobConfig.PsiJoin.LEFT;
    if (expand) {
      between("align", 33, 4L * sizes.rows());
    }
    // The rows of a join are compared as the common ids are.
    int comparisons = !all ? 0 : expand || left ? 2 : 1;
    for (PartyId other : parties) {
      if (!other.equals(receiver)) {
        if (left) {
          add("align", 34, receiver, other, 4);
        }
        for (int i = 0; i < comparisons; i++) {
          add("align", 28, receiver, other, 36);
          add("align", 29, other, receiver, 1);
          add("align", 30, receiver, other, 1);
        }
        add("align", 27, other, receiver, 0);
        add("align", 27, receiver, other, 0);
      }
    }
  }

  private void kkrt(PartyId receiver, PartyId sender, boolean all, boolean tasks) {
    int rows = sizes.rows();
    int each = job.psi().partitionIds();
    long ofRows = KkrtSizes.rowBytes(rows, rows, each);
    long ofTags = KkrtSizes.tagBytes(rows, rows, each);
    long ofNames = (long) KkrtSizes.nameWidth(rows) * rows;
    boolean partitions = tasks && KkrtSizes.hasPartitions(rows, rows, each);
    if (partitions) {
      between("align", 110, 1);
    }
    between("align", 92, 32);
    between("align", 93, 32);
    add("align", 90, receiver, sender, 64);
    add("align", 91, sender, receiver, 64L * KkrtSender.COLUMNS);
    // The parties may have set another size from which they put blobs.
    boolean beside =
        partitions && Math.min(ofRows, ofTags) >= PartyConfig.BlobSettings.USUAL_FROM_BYTES;
    add("align", beside ? 111 : 94, receiver, sender, ofRows);
    add("align", beside ? 112 : 31, sender, receiver, ofTags);
    if (all) {
      add("align", 25, receiver, sender, 4);
      add("align", beside ? 113 : 32, receiver, sender, ofNames);
    }
  }

  private void rr22(PartyId receiver, PartyId sender, boolean all) {
    Rr22Sizes of = new Rr22Sizes(sizes.rows(), sizes.rows(), job.psi().partitionIds());
    between("align", 92, 32);
    between("align", 93, 32);
    add("align", 90, receiver, sender, 64L * of.partitions());
    add("align", 91, sender, receiver, 64L * IknpSender.COLUMNS * of.partitions());
    add("align", 95, receiver, sender, of.choiceBytes());
    add("align", 140, receiver, sender, of.noiseBytes());
    add("align", 141, sender, receiver, of.sumBytes());
    add("align", 145, receiver, sender, of.vectorBytes());
    add("align", 146, sender, receiver, of.tagBytes());
    if (all) {
      add("align", 25, receiver, sender, 4);
      add("align", 147, receiver, sender, of.placeBytes());
    }
  }

  private void oprf(
      PartyId receiver, PartyId sender, boolean all, long points, long tags, long positions) {
    add("align", 100, sender, receiver, 41);
    add("align", 101, receiver, sender, 1);
    // Only where the receiver has not kept them.
    add("align", 102, sender, receiver, tags);
    add("align", 103, receiver, sender, points);
    add("align", 104, sender, receiver, points);
    if (all) {
      add("align", 25, receiver, sender, 4);
      add("align", 26, receiver, sender, positions);
    }
  }

  private void ecdh(
      PartyId receiver, PartyId sender, boolean all, long points, long tags, long positions) {
    add("align", 21, receiver, sender, points);
    add("align", 22, sender, receiver, tags);
    add("align", 23, sender, receiver, points);
    if (all) {
      add("align", 25, receiver, sender, 4);
      add("align", 26, receiver, sender, positions);
    }
  }

  /**
   * Each list goes round all parties, its tags to the receiver, its positions back to its owner.
   */
  private void ring(PartyId receiver, boolean all, long points, long tags, long positions) {
    List<PartyId> parties = job.parties();
    int count = parties.size();
    for (int i = 0; i < count; i++) {
      PartyId party = parties.get(i);
      PartyId next = parties.get((i + 1) % count);
      add("align", 24, party, next, points * (count - 1));
      if (!party.equals(receiver)) {
        // What it holds in the end is the list of the party after it.
        add("align", 22, party, receiver, tags);
        add("align", 25, receiver, party, 4);
      }
      if (all || next.equals(receiver)) {
        if (!party.equals(receiver)) {
          add("align", 26, receiver, party, positions);
        }
        // From the holder back along the ring to the owner.
        for (int hop = 0; hop < count - 1; hop++) {
          int from = Math.floorMod(i - hop, count);
          add(
              "align",
              26,
              parties.get(from),
              parties.get(Math.floorMod(from - 1, count)),
              positions);
        }
      }
    }
  }

  private void train(int rows) {
    if (job.algorithm() == JobConfig.Algorithm.GBT) {
      trainTrees(rows);
    } else {
      trainLogistic(rows);
    }
  }

  /** At most: trees may end early, and nodes of few rows are not asked about. */
  private void trainTrees(int rows) {
    TreeTerms terms = TreeTerms.of(job);
    TreeTraffic tree = traffic(terms, rows);
    long trees = terms.mostSharedTrees();
    PartyId labels = job.labelHolder();
    for (PartyId holder : featureHolders()) {
      add("train", 120, labels, holder, 52 + tree.key());
      add("train", 121, holder, labels, 44);
      add("train", 122, labels, holder, 12);
      if (tree.sampledRows() > 0) {
        add("train", 128, labels, holder, trees * tree.sampledRows());
      }
      add("train", 123, labels, holder, trees * tree.gradients());
      add("train", 124, holder, labels, trees * tree.sums());
      add("train", 125, labels, holder, trees * tree.choices());
      add("train", 126, holder, labels, trees * tree.bits(tree.levels()));
      if (tree.descents() > 0) {
        add("train", 127, labels, holder, trees * tree.descents());
      }
      if (terms.earlyStoppingRounds() > 0) {
        add("train", 129, labels, holder, 8);
      }
    }
  }

  private TreeTraffic traffic(TreeTerms terms, int rows) {
    return new TreeTraffic(terms, rows, featureHolders().size(), Math.max(1, sizes.columns()));
  }

  private void scoreByTrees(int rows) {
    TreeTerms terms = TreeTerms.of(job);
    TreeTraffic tree = traffic(terms, rows);
    long trees = terms.mostSharedTrees();
    long bitset = (rows + 7L) / 8;
    PartyId labels = job.labelHolder();
    for (PartyId holder : featureHolders()) {
      add("score", 130, labels, holder, 72);
      add("score", 130, holder, labels, 72);
      // A set of all rows for each of its splits.
      long splits = trees * tree.splits();
      add("score", 131, labels, holder, splits * (bitset + Integer.BYTES));
      add("score", 132, holder, labels, trees * tree.levels() * bitset);
    }
  }

  private void trainLogistic(int rows) {
    LogisticTerms terms = LogisticTerms.builder().keyBits(job.keyBits()).build();
    int ciphertextBytes = terms.keyBits() / 4;
    long residuals =
        (long)
                new RowPacking(terms.keyBits(), terms.residualBits(), terms.columnBits(), rows)
                    .ciphertexts()
            * ciphertextBytes;
    long passes = Math.min(sizes.passes(), job.logistic().maxIter());
    long columns = Math.max(1, sizes.columns());
    long pairs = Math.min(passes, terms.history());
    boolean masked = featureHolders().size() > 1;
    for (PartyId holder : featureHolders()) {
      PartyId labels = job.labelHolder();
      add("train", 40, labels, holder, 40);
      if (masked) {
        for (PartyId other : featureHolders()) {
          if (!other.equals(holder)) {
            add("train", 41, holder, other, 36);
          }
        }
      }
      add("train", 42, holder, labels, 44);
      add("train", 43, labels, holder, 28 + 3L * terms.keyBits() / 8);
      // The label holder may have set another size from which it puts blobs.
      boolean beside = residuals >= PartyConfig.BlobSettings.USUAL_FROM_BYTES;
      add("train", beside ? 51 : 44, labels, holder, passes * residuals);
      add("train", 45, holder, labels, passes * columns * ciphertextBytes);
      add("train", 46, labels, holder, passes * columns * 8);
      add("train", 47, holder, labels, passes * 6 * pairs * SCALAR_BYTES);
      add("train", 48, labels, holder, passes * (2 * pairs + 1) * 8);
      add("train", 49, holder, labels, passes * (8L * rows + 2 * SCALAR_BYTES));
      add("train", 50, labels, holder, passes * 9);
    }
  }

  private void score(int rows) {
    if (job.algorithm() == JobConfig.Algorithm.GBT) {
      scoreByTrees(rows);
      return;
    }
    between("score", 70, 72);
    for (PartyId holder : featureHolders()) {
      for (PartyId other : featureHolders()) {
        if (!other.equals(holder)) {
          add("score", 71, holder, other, 32);
        }
      }
      add("score", 72, holder, job.labelHolder(), 8L * rows);
    }
  }

  private List<PartyId> featureHolders() {
    return job.parties().stream().filter(party -> !party.equals(job.labelHolder())).toList();
  }

  private void between(String phase, int type, long bytes) {
    for (PartyId from : job.parties()) {
      for (PartyId to : job.parties()) {
        if (!from.equals(to)) {
          add(phase, type, from, to, bytes);
        }
      }
    }
  }

  private void add(String phase, int id, PartyId from, PartyId to, long bytes) {
    MessageType<?> type = types.get(id);
    if (type == null) {
      throw new AssertionError("No message type " + id);
    }
    for (int i = 0; i < messages.size(); i++) {
      PlannedMessage before = messages.get(i);
      if (before.phase().equals(phase)
          && before.type().equals(type)
          && before.from().equals(from)
          && before.to().equals(to)) {
        messages.set(i, new PlannedMessage(phase, type, from, to, before.bytes() + bytes));
        return;
      }
    }
    messages.add(new PlannedMessage(phase, type, from, to, bytes));
  }
}
