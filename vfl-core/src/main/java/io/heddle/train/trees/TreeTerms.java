// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.config.FeatureSubset;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.TreesRowPacking;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What all parties of a fit must agree on. Names are those of Spark MLlib where it has them, else
 * those of XGBoost, whose objective this is (Chen and Guestrin, KDD 2016). Build with {@link
 * #builder}.
 *
 * @param objective what is predicted
 * @param classes how many classes labels are of with {@link TreeObjective#MULTI_CLASS}: 3 to 64,
 *     and no more than a ciphertext has room for; 0 with any other objective
 * @param maxIter trees, 1 to 10,000
 * @param maxDepth levels of splits in a tree, 1 to 12
 * @param maxLeaves leaf-wise growth: the leaf whose split gains most is split next, until there are
 *     so many, 2 to 2048, none deeper than {@code maxDepth}; 0 for growth level by level
 * @param maxBins bins of a column, missing values not counted: 2 to 255
 * @param stepSize the share of each tree's values that is added, above 0 to 1
 * @param lambda L2 penalty on a leaf's value, at least 0
 * @param gamma what a split has to gain, at least 0
 * @param minChildWeight least sum of second derivatives on either side of a split, at least 0
 * @param minInstancesPerNode least rows on either side of a split, at least 1; ten are required
 *     whatever it says
 * @param subsamplingRate the share of the rows that each tree is grown on, above 0 to 1
 * @param gossTopRate GOSS: the share of the rows, those with the largest derivatives, that each
 *     tree is grown on whatever is drawn; 0 for no GOSS. Feature holders see which rows these are
 *     more often than others
 * @param gossOtherRate GOSS: the share of the rows that is drawn of the others, and stands for
 *     them; of no meaning without GOSS
 * @param featureSubsetStrategy how many of its columns each party takes for a tree: {@code all},
 *     {@code auto} (which is all), {@code sqrt}, {@code log2}, {@code onethird}, or a share above 0
 *     to 1, as MLlib has it
 * @param validationFraction the share of the rows that no tree is grown on, by whose loss {@code
 *     earlyStoppingRounds} goes; 0 for none
 * @param earlyStoppingRounds after how many trees without a smaller loss of the rows held out the
 *     fit ends, and keeps those before; 0 for never
 * @param firstTreeAlone whether the label holder grows the first tree on its own columns, if it has
 *     any, and keeps its nodes to itself; with small steps the second one tells as much of labels
 * @param jointBuckets whether columns are added up together where that is cheaper; for measurements
 *     of what it saves, as is the next one: neither changes a tree
 * @param smallerChild whether feature holders send the sums of the smaller child of two only
 * @param alternate whether it grows every second tree like this as well: feature holders are asked
 *     in half of the trees. For a label holder with columns that can split only
 * @param scheme by what derivatives are encrypted
 * @param rowPacking whether several rows' derivatives stand in one ciphertext: as many as fit, one,
 *     or as many as the label holder finds cheapest; it changes what trees cost, not trees
 * @param keyBits of the modulus: 2048, 3072 or 4096
 */
public record TreeTerms(
    TreeObjective objective,
    int classes,
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
    boolean jointBuckets,
    boolean smallerChild,
    boolean alternate,
    TreeScheme scheme,
    TreesRowPacking rowPacking,
    int keyBits) {
  /** The longest key. */
  static final int MAX_KEY_BITS = 4096;

  public TreeTerms {
    boolean hasClasses = objective == TreeObjective.MULTI_CLASS;
    require(
        hasClasses ? classes >= 3 && classes <= JobConfig.Gbt.MOST_CLASSES : classes == 0,
        "classes",
        classes,
        hasClasses ? "must be 3 to " + JobConfig.Gbt.MOST_CLASSES : "must be 0 with " + objective);
    require(maxIter >= 1 && maxIter <= 10_000, "maxIter", maxIter, "must be 1 to 10000");
    require(maxDepth >= 1 && maxDepth <= 12, "maxDepth", maxDepth, "must be 1 to 12");
    require(
        maxLeaves == 0 || (maxLeaves >= 2 && maxLeaves <= JobConfig.Gbt.MOST_LEAVES),
        "maxLeaves",
        maxLeaves,
        "must be 2 to " + JobConfig.Gbt.MOST_LEAVES + ", or 0");
    require(maxBins >= 2 && maxBins <= 255, "maxBins", maxBins, "must be 2 to 255");
    require(stepSize > 0 && stepSize <= 1, "stepSize", stepSize, "must be above 0 and at most 1");
    requireNotNegative("lambda", lambda);
    requireNotNegative("gamma", gamma);
    requireNotNegative("minChildWeight", minChildWeight);
    require(
        minInstancesPerNode >= 1, "minInstancesPerNode", minInstancesPerNode, "must be at least 1");
    require(
        subsamplingRate > 0 && subsamplingRate <= 1,
        "subsamplingRate",
        subsamplingRate,
        "must be above 0 and at most 1");
    require(
        gossTopRate >= 0 && gossTopRate <= 1,
        "gossTopRate",
        gossTopRate,
        "must be at least 0 and at most 1");
    require(
        gossOtherRate >= 0
            && (gossTopRate == 0 || gossOtherRate > 0)
            && gossTopRate + gossOtherRate <= 1,
        "gossOtherRate",
        gossOtherRate,
        "must be above 0 with gossTopRate, and at most 1 less gossTopRate");
    require(
        gossTopRate == 0 || subsamplingRate == 1,
        "subsamplingRate",
        subsamplingRate,
        "must be 1 with gossTopRate");
    require(
        FeatureSubset.isStrategy(featureSubsetStrategy),
        "featureSubsetStrategy",
        featureSubsetStrategy,
        "must be " + FeatureSubset.ALLOWED);
    require(
        validationFraction >= 0 && validationFraction <= 0.9,
        "validationFraction",
        validationFraction,
        "must be 0 to 0.9");
    require(
        earlyStoppingRounds >= 0, "earlyStoppingRounds", earlyStoppingRounds, "must be at least 0");
    require(
        earlyStoppingRounds == 0 || validationFraction > 0,
        "validationFraction",
        validationFraction,
        "must be above 0 with earlyStoppingRounds");
    require(
        keyBits == 2048 || keyBits == 3072 || keyBits == MAX_KEY_BITS,
        "keyBits",
        keyBits,
        "must be 2048, 3072 or 4096");
  }

  private static void requireNotNegative(String name, double value) {
    require(Double.isFinite(value) && value >= 0, name, value, "must be finite and at least 0");
  }

  private static void require(boolean holds, String name, Object value, String allowed) {
    if (!holds) {
      throw new IllegalArgumentException("Invalid " + name + " " + value + ": " + allowed);
    }
  }

  /** Whether trees are grown leaf by leaf. */
  boolean isLeafWise() {
    return maxLeaves > 0;
  }

  /** Whether labels are classes: a node in which nearly all are alike tells them. */
  boolean hasClasses() {
    return objective == TreeObjective.LOGISTIC || objective == TreeObjective.MULTI_CLASS;
  }

  /** How many scores a row has: one, or one for each of several classes. */
  public int outputs() {
    return objective == TreeObjective.MULTI_CLASS ? classes : 1;
  }

  /** In how many trees feature holders are asked at most, if their limits allow it. */
  public int mostSharedTrees() {
    return alternate ? (maxIter + (firstTreeAlone ? 0 : 1)) / 2 : maxIter;
  }

  /** Whether trees are grown on less than all rows. */
  boolean samplesRows() {
    return subsamplingRate < 1 || gossTopRate > 0 || validationFraction > 0;
  }

  /** How many of so many rows are held out. */
  int heldOutRows(int rows) {
    return (int) Math.round(validationFraction * rows);
  }

  /** How many are not. */
  int trainingRows(int rows) {
    return rows - heldOutRows(rows);
  }

  /** How many of so many rows, held out ones included, a tree is grown on. */
  public int sampleRows(int rows) {
    int training = trainingRows(rows);
    if (gossTopRate > 0) {
      return Math.min(
          training, gossTopRows(rows) + Math.max(1, (int) Math.round(gossOtherRate * training)));
    }
    return (int) Math.round(subsamplingRate * training);
  }

  /** How many of them for their large derivatives. */
  int gossTopRows(int rows) {
    int training = trainingRows(rows);
    return (int) Math.min(training - 1, Math.round(gossTopRate * training));
  }

  /** The canonical text of every term, for the comparison between parties. */
  public SortedMap<String, String> asTerms() {
    SortedMap<String, String> terms = new TreeMap<>();
    terms.put("objective", word(objective));
    if (objective == TreeObjective.MULTI_CLASS) {
      terms.put("classes", Integer.toString(classes));
    }
    terms.put("maxIter", Integer.toString(maxIter));
    terms.put("maxDepth", Integer.toString(maxDepth));
    if (isLeafWise()) {
      terms.put("maxLeaves", Integer.toString(maxLeaves));
    }
    terms.put("maxBins", Integer.toString(maxBins));
    terms.put("stepSize", Double.toString(stepSize));
    terms.put("lambda", Double.toString(lambda));
    terms.put("gamma", Double.toString(gamma));
    terms.put("minChildWeight", Double.toString(minChildWeight));
    terms.put("minInstancesPerNode", Integer.toString(minInstancesPerNode));
    terms.put("subsamplingRate", Double.toString(subsamplingRate));
    terms.put("gossTopRate", Double.toString(gossTopRate));
    terms.put("gossOtherRate", Double.toString(gossOtherRate));
    terms.put("featureSubsetStrategy", featureSubsetStrategy);
    terms.put("validationFraction", Double.toString(validationFraction));
    terms.put("earlyStoppingRounds", Integer.toString(earlyStoppingRounds));
    terms.put("firstTreeAlone", Boolean.toString(firstTreeAlone));
    if (!jointBuckets) {
      terms.put("jointBuckets", "false");
    }
    if (!smallerChild) {
      terms.put("smallerChild", "false");
    }
    terms.put("alternate", Boolean.toString(alternate));
    terms.put("scheme", word(scheme));
    terms.put("rowPacking", word(rowPacking));
    terms.put("keyBits", Integer.toString(keyBits));
    return terms;
  }

  static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Those of a job. */
  public static TreeTerms of(JobConfig job) {
    JobConfig.Gbt gbt = job.gbt();
    return builder()
        .objective(TreeObjective.of(gbt.objective()))
        .classes(gbt.classes())
        .maxIter(gbt.maxIter())
        .maxDepth(gbt.maxDepth())
        .maxLeaves(gbt.maxLeaves())
        .maxBins(gbt.maxBins())
        .stepSize(gbt.stepSize())
        .lambda(gbt.lambda())
        .gamma(gbt.gamma())
        .minChildWeight(gbt.minChildWeight())
        .minInstancesPerNode(gbt.minInstancesPerNode())
        .subsamplingRate(gbt.subsamplingRate())
        .goss(gbt.gossTopRate(), gbt.gossOtherRate())
        .featureSubsetStrategy(gbt.featureSubsetStrategy())
        .earlyStopping(gbt.validationFraction(), gbt.earlyStoppingRounds())
        .firstTreeAlone(gbt.firstTreeAlone())
        .alternate(gbt.sharedTrees() == JobConfig.SharedTrees.ALTERNATE)
        .scheme(TreeScheme.of(gbt.scheme()))
        .rowPacking(gbt.rowPacking())
        .keyBits(job.keyBits())
        .build();
  }

  /**
   * Starts from a logistic objective, 20 trees of depth 5 on 32 bins, and XGBoost's other defaults:
   * stepSize 0.3, lambda 1, gamma 0, minChildWeight 1.
   */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects terms; {@link #build} checks them. */
  public static final class Builder {
    private TreeObjective objective = TreeObjective.LOGISTIC;
    private int classes = 0;
    private int maxIter = 20;
    private int maxDepth = 5;
    private int maxLeaves = 0;
    private int maxBins = 32;
    private double stepSize = 0.3;
    private double lambda = 1;
    private double gamma = 0;
    private double minChildWeight = 1;
    private int minInstancesPerNode = 1;
    private double subsamplingRate = 1;
    private double gossTopRate = 0;
    private double gossOtherRate = 0.1;
    private String featureSubsetStrategy = "all";
    private double validationFraction = 0;
    private int earlyStoppingRounds = 0;
    private boolean firstTreeAlone = true;
    private boolean jointBuckets = true;
    private boolean smallerChild = true;
    private boolean alternate = false;
    private TreeScheme scheme = TreeScheme.PAILLIER;
    private TreesRowPacking rowPacking = TreesRowPacking.AUTO;
    private int keyBits = 2048;

    private Builder() {}

    public Builder objective(TreeObjective value) {
      objective = value;
      return this;
    }

    public Builder classes(int value) {
      classes = value;
      return this;
    }

    public Builder maxIter(int value) {
      maxIter = value;
      return this;
    }

    public Builder maxDepth(int value) {
      maxDepth = value;
      return this;
    }

    /** Leaf by leaf up to so many; 0 for level by level. */
    public Builder maxLeaves(int value) {
      maxLeaves = value;
      return this;
    }

    public Builder maxBins(int value) {
      maxBins = value;
      return this;
    }

    public Builder stepSize(double value) {
      stepSize = value;
      return this;
    }

    public Builder lambda(double value) {
      lambda = value;
      return this;
    }

    public Builder gamma(double value) {
      gamma = value;
      return this;
    }

    public Builder minChildWeight(double value) {
      minChildWeight = value;
      return this;
    }

    public Builder minInstancesPerNode(int value) {
      minInstancesPerNode = value;
      return this;
    }

    public Builder subsamplingRate(double value) {
      subsamplingRate = value;
      return this;
    }

    /** GOSS with these shares; a top rate of 0 for none. */
    public Builder goss(double topRate, double otherRate) {
      gossTopRate = topRate;
      gossOtherRate = otherRate;
      return this;
    }

    public Builder featureSubsetStrategy(String value) {
      featureSubsetStrategy = value;
      return this;
    }

    /** Rounds of 0 for trees that go on whatever the loss of the rows held out. */
    public Builder earlyStopping(double fraction, int rounds) {
      validationFraction = fraction;
      earlyStoppingRounds = rounds;
      return this;
    }

    public Builder firstTreeAlone(boolean value) {
      firstTreeAlone = value;
      return this;
    }

    public Builder jointBuckets(boolean value) {
      jointBuckets = value;
      return this;
    }

    public Builder smallerChild(boolean value) {
      smallerChild = value;
      return this;
    }

    /** Feature holders are asked in every second tree only. */
    public Builder alternate(boolean value) {
      alternate = value;
      return this;
    }

    public Builder scheme(TreeScheme value) {
      scheme = value;
      return this;
    }

    public Builder rowPacking(TreesRowPacking value) {
      rowPacking = value;
      return this;
    }

    public Builder keyBits(int value) {
      keyBits = value;
      return this;
    }

    /**
     * @throws IllegalArgumentException names the first term out of range
     */
    public TreeTerms build() {
      return new TreeTerms(
          objective,
          classes,
          maxIter,
          maxDepth,
          maxLeaves,
          maxBins,
          stepSize,
          lambda,
          gamma,
          minChildWeight,
          minInstancesPerNode,
          subsamplingRate,
          gossTopRate,
          gossOtherRate,
          featureSubsetStrategy,
          validationFraction,
          earlyStoppingRounds,
          firstTreeAlone,
          jointBuckets,
          smallerChild,
          alternate,
          scheme,
          rowPacking,
          keyBits);
    }
  }
}
