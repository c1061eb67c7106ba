// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import io.heddle.error.ConfigurationException;
import io.heddle.error.PrivacyException;
import io.heddle.party.PartyId;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What all parties of a job agree on: who takes part in which role, and how the common ids are
 * found and the model trained. Read from a job file (HOCON) that every party holds identically; the
 * session compares it key by key. Public to all parties. Immutable.
 *
 * @param file where it was read
 * @param name what people call the job
 * @param parties who takes part, in order of name; 2 to 8
 * @param labelHolderIfAny who has the labels; null in a job that only aligns
 * @param algorithm what is trained
 * @param psi how the common ids are found
 * @param logistic parameters of the logistic regression
 * @param gbt parameters of the boosted trees
 * @param keyBits length of the Paillier key: 2048, 3072 or 4096
 * @param testFraction the part of the aligned rows that is held out, 0 to 0.9
 * @param seed decides which rows are held out
 */
public record JobConfig(
    Path file,
    String name,
    List<PartyId> parties,
    @Nullable PartyId labelHolderIfAny,
    Algorithm algorithm,
    Psi psi,
    Logistic logistic,
    Gbt gbt,
    int keyBits,
    double testFraction,
    long seed) {

  /** The most parties of a job. */
  public static final int MAX_PARTIES = 8;

  /** What is trained. */
  public enum Algorithm {
    /** Binary logistic regression. */
    LOGISTIC,
    /** Boosted trees. */
    GBT
  }

  /** What boosted trees predict. */
  public enum TreesObjective {
    /** The probability of label 1, where labels are 0 or 1. */
    LOGISTIC,
    /** A number, by its squared error. */
    SQUARED,
    /** The mean of a count that is not negative. */
    POISSON,
    /** The probabilities of several classes, where labels are 0, 1 and so on. */
    MULTI_CLASS
  }

  /** Which trees ask feature holders. */
  public enum SharedTrees {
    /** All, but for a first one by the label holder alone. */
    ALL,
    /** Every second one; the label holder grows the others on its own columns alone. */
    ALTERNATE
  }

  /** By what trees' derivatives are encrypted. */
  public enum TreesScheme {
    PAILLIER,
    /** Faster, and for feature holders that follow the protocol only. */
    OKAMOTO_UCHIYAMA
  }

  /** Whether several rows' derivatives of trees stand in one ciphertext. */
  public enum TreesRowPacking {
    /** As many as the label holder finds cheapest. */
    AUTO,
    /** As many as fit. */
    ON,
    /** One. */
    OFF
  }

  /** The family of intersection protocols. */
  public enum PsiProtocol {
    /** The fastest that fits. */
    AUTO,
    /** Diffie-Hellman on Curve25519. */
    ECDH,
    /**
     * Two parties with an oblivious pseudo-random function: many times faster, and only for parties
     * that follow the protocol.
     */
    KKRT,
    /**
     * The same for a third of the bytes and no more time, resting on a younger assumption: only
     * where it is asked for.
     */
    RR22,
    /** The same for a large sender, whose side the receiver keeps from run to run. */
    ECDH_OPRF;

    /** As it is written in a file. */
    public String word() {
      return Settings.word(this);
    }
  }

  /** Who learns the common ids. */
  public enum PsiResult {
    /** Every party, as training needs. */
    BOTH,
    /** The receiver only. */
    RECEIVER,
    /** Nobody: the receiver learns how many there are. */
    CARDINALITY,
    /** Nobody: the sender learns the sum of its values of these, and both how many there are. */
    SUM
  }

  /** What becomes of rows whose id stands in an earlier row of the same table. */
  public enum PsiDuplicates {
    /** The job ends, and says how many there are. */
    REFUSE,
    /** The first row of an id counts, the others are left out. */
    FIRST,
    /** Every row of one party meets every row of the others, as in SQL. */
    EXPAND
  }

  /** Which rows a party gets. */
  public enum PsiJoin {
    /** Those of ids that all parties have. */
    INNER,
    /** The receiver all of its rows, the others values where they have them. */
    LEFT,
    /** The receiver its rows of ids that are not common to all, the others none. */
    DIFFERENCE
  }

  /**
   * How the common ids are found.
   *
   * @param protocol which family
   * @param receiver the party that compares; the label holder if there is one
   * @param result who learns the common ids
   * @param join which rows a party gets
   * @param duplicates what becomes of rows whose id stands in the table already
   * @param normalise what is done to every id first, in this order
   * @param minIntersection with fewer common ids the job ends; the receiver, who compares, has seen
   *     them by then, no other party does. A party's own privacy.min-intersection may ask for more,
   *     which refuses the job
   * @param partitionIds about how many ids of the larger set are intersected at a time by kkrt
   * @param sum what is added up; null unless the result is a sum
   */
  public record Psi(
      PsiProtocol protocol,
      PartyId receiver,
      PsiResult result,
      PsiJoin join,
      PsiDuplicates duplicates,
      List<IdRule> normalise,
      int minIntersection,
      int partitionIds,
      @Nullable Sum sum) {
    /** So many are intersected at a time where the job says nothing of it. */
    public static final int USUAL_PARTITION_IDS = 1 << 20;

    /** In partitions of the usual size, and without a sum. */
    public Psi(
        PsiProtocol protocol,
        PartyId receiver,
        PsiResult result,
        PsiJoin join,
        PsiDuplicates duplicates,
        List<IdRule> normalise,
        int minIntersection) {
      this(
          protocol,
          receiver,
          result,
          join,
          duplicates,
          normalise,
          minIntersection,
          USUAL_PARTITION_IDS,
          null);
    }

    public Psi {
      normalise = List.copyOf(normalise);
    }
  }

  /**
   * Values of the sender, the party that is not the receiver.
   *
   * @param column the sender's column of them
   * @param scale decimal digits after the point that count, 0 to 9
   */
  public record Sum(String column, int scale) {
    /**
     * Fewer values than these are not added up: the sender, who knows its values, would see in the
     * sum which of its ids are common.
     */
    public static final int LEAST_SUMMANDS = 10;
  }

  /** Parameters by the names, meanings and ranges of Spark MLlib's logistic regression. */
  public record Logistic(
      double regParam,
      int maxIter,
      double tol,
      boolean fitIntercept,
      boolean standardization,
      double threshold) {}

  /**
   * Parameters by the names of Spark MLlib's boosted trees where it has them, else by XGBoost's.
   *
   * @param objective what they predict
   * @param classes how many there are with several classes, 3 to 64; 0 with other objectives. The
   *     parties agree on it, for it tells feature holders what stands in a ciphertext
   * @param classWeight how much more a row of label 1 weighs: none, balanced, or a number
   * @param maxLeaves leaves of a tree that is grown leaf by leaf; 0 where it is grown level by
   *     level
   * @param gossTopRate with {@code gossOtherRate} GOSS, whose shares of the rows they are; 0 for
   *     none
   * @param featureSubsetStrategy how many of its columns each party takes for a tree, see {@link
   *     FeatureSubset}
   * @param validationFraction the share of the rows that is held out for {@code
   *     earlyStoppingRounds}; 0 for none
   * @param firstTreeAlone whether the label holder grows the first tree on its own columns
   * @param sharedTrees whether it grows every second one like this
   * @param threshold the probability above which the prediction is 1
   */
  public record Gbt(
      TreesObjective objective,
      int classes,
      String classWeight,
      int maxIter,
      int maxDepth,
      int maxLeaves,
      int maxBins,
      double stepSize,
      double lambda,
      double gamma,
      double minChildWeight,
      int minInstancesPerNode,
      double subsamplingRate,
      double gossTopRate,
      double gossOtherRate,
      String featureSubsetStrategy,
      double validationFraction,
      int earlyStoppingRounds,
      boolean firstTreeAlone,
      SharedTrees sharedTrees,
      TreesScheme scheme,
      TreesRowPacking rowPacking,
      double threshold) {
    /** The most leaves of a tree that is grown leaf by leaf. */
    public static final int MOST_LEAVES = 2048;

    /** The most classes that labels may be of. */
    public static final int MOST_CLASSES = 64;

    private static Gbt read(Settings settings) {
      double stepSize = settings.number("gbt.stepSize", 0.3, 0, 1);
      if (stepSize == 0) {
        throw settings.invalid("gbt.stepSize", "a number above 0 and at most 1");
      }
      TreesObjective objective = settings.choice("gbt.objective", TreesObjective.LOGISTIC);
      return new Gbt(
          objective,
          classes(settings, objective),
          classWeight(settings, objective),
          (int) settings.integer("gbt.maxIter", 20, 1, 10_000),
          (int) settings.integer("gbt.maxDepth", 5, 1, 12),
          maxLeaves(settings),
          (int) settings.integer("gbt.maxBins", 32, 2, 255),
          stepSize,
          settings.number("gbt.lambda", 1, 0, 1e9),
          settings.number("gbt.gamma", 0, 0, 1e9),
          settings.number("gbt.minChildWeight", 1, 0, 1e9),
          (int) settings.integer("gbt.minInstancesPerNode", 1, 1, Integer.MAX_VALUE),
          subsamplingRate(settings),
          gossTopRate(settings),
          gossOtherRate(settings),
          strategy(settings),
          validationFraction(settings),
          (int) settings.integer("gbt.earlyStoppingRounds", 0, 0, 10_000),
          settings.flag("gbt.firstTreeAlone", true),
          settings.choice("gbt.sharedTrees", SharedTrees.ALL),
          settings.choice("gbt.scheme", TreesScheme.PAILLIER),
          settings.choice("gbt.rowPacking", TreesRowPacking.AUTO),
          settings.number("gbt.threshold", 0.5, 0, 1));
    }

    private static int classes(Settings settings, TreesObjective objective) {
      String key = "gbt.classes";
      if (objective == TreesObjective.MULTI_CLASS) {
        settings.text(key, "the number of classes with gbt.objective = multi-class");
      } else if (settings.has(key)) {
        throw settings.invalid(key, "left out with gbt.objective = " + Settings.word(objective));
      }
      return (int) settings.integer(key, 0, 3, MOST_CLASSES);
    }

    /** By our words or XGBoost's. */
    private static int maxLeaves(Settings settings) {
      String allowed = "level-wise (or depthwise) or leaf-wise (or lossguide)";
      String growth = settings.text("gbt.growth", "level-wise", allowed);
      switch (growth) {
        case "leaf-wise", "lossguide" -> {
          return (int) settings.integer("gbt.maxLeaves", 31, 2, MOST_LEAVES);
        }
        case "level-wise", "depthwise" -> {
          if (settings.has("gbt.maxLeaves")) {
            throw settings.invalid("gbt.maxLeaves", "left out with gbt.growth = " + growth);
          }
          return 0;
        }
        default -> throw settings.invalid("gbt.growth", allowed);
      }
    }

    private static double subsamplingRate(Settings settings) {
      double rate = settings.number("gbt.subsamplingRate", 1, 1e-9, 1);
      if (rate < 1 && gossTopRate(settings) > 0) {
        throw settings.invalid("gbt.subsamplingRate", "1 with gbt.gossTopRate");
      }
      return rate;
    }

    private static double gossTopRate(Settings settings) {
      return settings.number("gbt.gossTopRate", 0, 0, 0.999);
    }

    private static double gossOtherRate(Settings settings) {
      double rate = settings.number("gbt.gossOtherRate", 0.1, 1e-9, 1);
      if (gossTopRate(settings) + rate > 1) {
        throw settings.invalid("gbt.gossOtherRate", "at most 1 less gbt.gossTopRate");
      }
      return rate;
    }

    private static double validationFraction(Settings settings) {
      boolean stops = settings.integer("gbt.earlyStoppingRounds", 0, 0, 10_000) > 0;
      double fraction = settings.number("gbt.validationFraction", stops ? 0.2 : 0, 0, 0.9);
      if (stops && fraction == 0) {
        throw settings.invalid("gbt.validationFraction", "above 0 with gbt.earlyStoppingRounds");
      }
      return fraction;
    }

    private static String strategy(Settings settings) {
      String text = settings.text("gbt.featureSubsetStrategy", "all", FeatureSubset.ALLOWED);
      if (!FeatureSubset.isStrategy(text)) {
        throw settings.invalid("gbt.featureSubsetStrategy", FeatureSubset.ALLOWED);
      }
      return text;
    }

    private static String classWeight(Settings settings, TreesObjective objective) {
      String key = "gbt.classWeight";
      String allowed = "none, balanced, or a number above 0 and at most 1.0E9";
      String text = settings.text(key, "none", allowed);
      if (text.equals("none")) {
        return text;
      }
      if (objective == TreesObjective.MULTI_CLASS) {
        if (text.equals("balanced")) {
          return text;
        }
        throw settings.invalid(key, "none or balanced with gbt.objective = multi-class");
      }
      if (objective != TreesObjective.LOGISTIC) {
        throw settings.invalid(
            key,
            "none with gbt.objective = " + Settings.word(objective) + ": there are no classes");
      }
      if (text.equals("balanced")) {
        return text;
      }
      double weight = settings.number(key, 1, 0, 1e9, allowed);
      if (weight == 0) {
        throw settings.invalid(key, allowed);
      }
      // Alike however it is written, for it is compared.
      return String.valueOf(weight);
    }

    private void addTo(SortedMap<String, String> terms) {
      terms.put("gbt.objective", Settings.word(objective));
      if (objective == TreesObjective.MULTI_CLASS) {
        terms.put("gbt.classes", String.valueOf(classes));
      }
      terms.put("gbt.classWeight", classWeight);
      terms.put("gbt.maxIter", String.valueOf(maxIter));
      terms.put("gbt.maxDepth", String.valueOf(maxDepth));
      if (maxLeaves > 0) {
        terms.put("gbt.growth", "leaf-wise");
        terms.put("gbt.maxLeaves", String.valueOf(maxLeaves));
      }
      terms.put("gbt.maxBins", String.valueOf(maxBins));
      terms.put("gbt.stepSize", String.valueOf(stepSize));
      terms.put("gbt.lambda", String.valueOf(lambda));
      terms.put("gbt.gamma", String.valueOf(gamma));
      terms.put("gbt.minChildWeight", String.valueOf(minChildWeight));
      terms.put("gbt.minInstancesPerNode", String.valueOf(minInstancesPerNode));
      terms.put("gbt.subsamplingRate", String.valueOf(subsamplingRate));
      terms.put("gbt.gossTopRate", String.valueOf(gossTopRate));
      terms.put("gbt.gossOtherRate", String.valueOf(gossOtherRate));
      terms.put("gbt.featureSubsetStrategy", featureSubsetStrategy);
      terms.put("gbt.validationFraction", String.valueOf(validationFraction));
      terms.put("gbt.earlyStoppingRounds", String.valueOf(earlyStoppingRounds));
      terms.put("gbt.firstTreeAlone", String.valueOf(firstTreeAlone));
      terms.put("gbt.sharedTrees", Settings.word(sharedTrees));
      terms.put("gbt.scheme", Settings.word(scheme));
      terms.put("gbt.rowPacking", Settings.word(rowPacking));
      terms.put("gbt.threshold", String.valueOf(threshold));
    }
  }

  public JobConfig {
    parties = List.copyOf(parties);
  }

  /**
   * Reads and checks a job file.
   *
   * @param overrides what goes before the file; settings of the party among them are passed over
   * @throws ConfigurationException if the file cannot be read, holds an unknown key, or a value is
   *     missing or not allowed
   */
  public static JobConfig load(Path file, Overrides overrides) {
    Settings settings = Settings.readShared(file, Keys.JOB, overrides);
    List<PartyId> parties = parties(settings);
    PartyId labelHolder = member(settings, "label-holder", parties);
    PartyId receiver = member(settings, "psi.receiver", parties);
    if (receiver == null) {
      receiver = labelHolder;
    }
    if (receiver == null) {
      throw new ConfigurationException(
          "Missing setting label-holder ("
              + file
              + "): must be one of the parties; a job that only aligns may set psi.receiver"
              + " instead");
    }
    int keyBits = (int) settings.integer("paillier.key-bits", 2048, 2048, 4096);
    if (keyBits % 1024 != 0) {
      throw settings.invalid("paillier.key-bits", "2048, 3072 or 4096");
    }
    return new JobConfig(
        file,
        settings.text("job.name", "job", "a name"),
        parties,
        labelHolder,
        settings.choice("algorithm", Algorithm.LOGISTIC),
        PsiSettings.read(settings, receiver, parties.size()),
        new Logistic(
            settings.number("logistic.regParam", 1e-4, 0, 1e6),
            (int) settings.integer("logistic.maxIter", 100, 1, 10_000),
            settings.number("logistic.tol", 1e-6, 0, 1),
            settings.flag("logistic.fitIntercept", true),
            settings.flag("logistic.standardization", true),
            settings.number("logistic.threshold", 0.5, 0, 1)),
        Gbt.read(settings),
        keyBits,
        settings.number("test-fraction", 0.3, 0, 0.9),
        settings.integer("seed", 7, Long.MIN_VALUE, Long.MAX_VALUE));
  }

  /** Whether a job file may set this key. */
  public static boolean isSetting(String key) {
    return Keys.JOB.contains(Keys.canonical(key));
  }

  private static List<PartyId> parties(Settings settings) {
    String allowed = "a list of 2 to " + MAX_PARTIES + " party names";
    if (!settings.has("parties")) {
      settings.text("parties", allowed);
    }
    List<PartyId> parties =
        settings.list("parties", allowed).stream()
            .map(name -> PartyConfig.partyId(settings, "parties", name))
            .sorted(Comparator.naturalOrder())
            .toList();
    if (parties.size() < 2 || parties.size() > MAX_PARTIES) {
      throw settings.invalid("parties", allowed);
    }
    return parties;
  }

  private static @Nullable PartyId member(Settings settings, String key, List<PartyId> parties) {
    if (!settings.has(key)) {
      return null;
    }
    String name = settings.text(key, "one of the parties");
    return parties.stream()
        .filter(party -> party.name().equals(name))
        .findFirst()
        .orElseThrow(() -> settings.invalid(key, "one of the parties " + parties));
  }

  /**
   * The party that has the labels.
   *
   * @throws ConfigurationException if the job names none, since it only aligns
   */
  public PartyId labelHolder() {
    if (labelHolderIfAny == null) {
      throw new ConfigurationException(
          "Missing setting label-holder ("
              + file
              + "): training needs one of the parties "
              + parties);
    }
    return labelHolderIfAny;
  }

  /**
   * Checks that the rows that this job aligns are such that parties can train or score on them.
   *
   * @throws ConfigurationException if not all parties get the same rows, or one row may stand for
   *     several
   */
  public void checkForTraining() {
    if (psi.result() != PsiResult.BOTH) {
      throw notForTraining("psi.result", psi.result(), "both", "for each works on the common rows");
    }
    if (psi.join() != PsiJoin.INNER) {
      throw notForTraining("psi.join", psi.join(), "inner", "for other rows lack values");
    }
    if (psi.duplicates() == PsiDuplicates.EXPAND) {
      throw notForTraining(
          "psi.duplicates",
          psi.duplicates(),
          "refuse or first",
          "for the parties' rules count rows, and a repeated row protects nobody");
    }
  }

  private ConfigurationException notForTraining(
      String key, Enum<?> value, String allowed, String why) {
    return new ConfigurationException(
        "Invalid "
            + key
            + " = "
            + Settings.word(value)
            + " ("
            + file
            + "): must be "
            + allowed
            + " where parties train or score, "
            + why);
  }

  private void requireSemiHonest(String setting, String allowed, PartyId peer, PartyConfig config) {
    if (!config.takesAsSemiHonest(List.of(peer))) {
      throw new ConfigurationException(
          "Invalid "
              + setting
              + " ("
              + file
              + "): must be "
              + allowed
              + " where "
              + PartyConfig.semiHonestKey(peer.name())
              + " = false ("
              + config.file()
              + ")");
    }
  }

  /**
   * Checks that a party can take part in this job at all, before it opens a connection.
   *
   * @throws ConfigurationException if the job does not name the party, or the party does not know
   *     one of the others, or does not take it as one that follows the protocol that the job needs,
   *     or constrains columns where there are several classes
   * @throws PrivacyException if the job's key is shorter, or its smallest intersection smaller,
   *     than the party allows
   */
  public void checkFor(PartyConfig config) {
    if (!parties.contains(config.party())) {
      throw new ConfigurationException(
          "Party "
              + config.party()
              + " ("
              + config.file()
              + ") is not among the parties "
              + parties
              + " ("
              + file
              + ")");
    }
    for (PartyId party : parties) {
      if (!party.equals(config.party()) && !config.peers().containsKey(party)) {
        throw new ConfigurationException(
            "Missing setting peers."
                + party
                + " ("
                + config.file()
                + "): the job "
                + file
                + " needs it; run `heddle peer add "
                + party
                + " --address HOST:PORT --fingerprint sha256:...`");
      }
    }
    for (PartyId party : parties) {
      if (psi.protocol() == PsiProtocol.KKRT || psi.protocol() == PsiProtocol.RR22) {
        requireSemiHonest("psi.protocol = " + psi.protocol().word(), "auto or ecdh", party, config);
      }
      if (algorithm == Algorithm.GBT && gbt.scheme() == TreesScheme.OKAMOTO_UCHIYAMA) {
        requireSemiHonest("gbt.scheme = okamoto-uchiyama", "paillier", party, config);
      }
    }
    if (algorithm == Algorithm.GBT
        && gbt.objective() == TreesObjective.MULTI_CLASS
        && config.party().equals(labelHolderIfAny)
        && !config.monotoneConstraints().isEmpty()) {
      throw new ConfigurationException(
          "Invalid gbt.monotoneConstraints = "
              + config.monotoneConstraints()
              + " ("
              + config.file()
              + "): must be left out with gbt.objective = multi-class ("
              + file
              + ")");
    }
    checkFloor(
        "paillier.key-bits",
        keyBits,
        "privacy.min-key-bits",
        config.privacy().minKeyBits(),
        config);
    checkFloor(
        "psi.min-intersection",
        psi.minIntersection(),
        "privacy.min-intersection",
        config.privacy().minIntersection(),
        config);
  }

  private void checkFloor(String key, int value, String floorKey, int floor, PartyConfig config) {
    if (value < floor) {
      throw new PrivacyException(
          "The job's "
              + key
              + " = "
              + value
              + " ("
              + file
              + ") is below this party's "
              + floorKey
              + " = "
              + floor
              + " ("
              + config.file()
              + ")");
    }
  }

  /** Every term of the job with the value that counts: what the parties compare key by key. */
  public SortedMap<String, String> canonicalTerms() {
    SortedMap<String, String> terms = new TreeMap<>();
    terms.put("job.name", name);
    terms.put("parties", parties.stream().map(PartyId::name).collect(Collectors.joining(",")));
    terms.put("label-holder", labelHolderIfAny == null ? "" : labelHolderIfAny.name());
    terms.put("algorithm", Settings.word(algorithm));
    terms.put("psi.protocol", Settings.word(psi.protocol()));
    terms.put("psi.receiver", psi.receiver().name());
    terms.put("psi.result", Settings.word(psi.result()));
    terms.put("psi.join", Settings.word(psi.join()));
    terms.put("psi.duplicates", Settings.word(psi.duplicates()));
    terms.put(
        "psi.normalise",
        psi.normalise().stream().map(IdRule::word).collect(Collectors.joining(",")));
    terms.put("psi.min-intersection", String.valueOf(psi.minIntersection()));
    if (psi.sum() != null) {
      terms.put("psi.sum.column", psi.sum().column());
      terms.put("psi.sum.scale", String.valueOf(psi.sum().scale()));
    }
    terms.put("psi.partition-ids", String.valueOf(psi.partitionIds()));
    terms.put("logistic.regParam", String.valueOf(logistic.regParam()));
    terms.put("logistic.maxIter", String.valueOf(logistic.maxIter()));
    terms.put("logistic.tol", String.valueOf(logistic.tol()));
    terms.put("logistic.fitIntercept", String.valueOf(logistic.fitIntercept()));
    terms.put("logistic.standardization", String.valueOf(logistic.standardization()));
    terms.put("logistic.threshold", String.valueOf(logistic.threshold()));
    gbt.addTo(terms);
    terms.put("paillier.key-bits", String.valueOf(keyBits));
    terms.put("test-fraction", String.valueOf(testFraction));
    terms.put("seed", String.valueOf(seed));
    return terms;
  }
}
