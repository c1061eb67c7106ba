// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.config.JobConfig;
import io.heddle.config.MonotoneConstraints;
import io.heddle.spark.session.HeddleSession;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;

/** The Param objects of one stage of trees; {@link VerticalGBTParams} shows them. */
class TreeParams {
  final Param<String> session;
  final Param<String> idCol;
  final Param<String> weightCol;
  final Param<String> leafCol;
  final IntParam maxIter;
  final IntParam maxDepth;
  final Param<String> growth;
  final IntParam maxLeaves;
  final IntParam maxBins;
  final DoubleParam stepSize;
  final DoubleParam lambda;
  final DoubleParam gamma;
  final DoubleParam minChildWeight;
  final IntParam minInstancesPerNode;
  final DoubleParam subsamplingRate;
  final DoubleParam gossTopRate;
  final DoubleParam gossOtherRate;
  final Param<String> featureSubsetStrategy;
  final DoubleParam validationFraction;
  final IntParam earlyStoppingRounds;
  final BooleanParam firstTreeAlone;
  final Param<String> sharedTrees;
  final Param<String> monotoneConstraints;
  final Param<String> scheme;
  final Param<String> rowPacking;

  TreeParams(Params owner) {
    session = LogisticParams.session(owner);
    idCol = LogisticParams.idCol(owner);
    weightCol = LogisticParams.weightCol(owner);
    leafCol =
        new Param<>(
            owner,
            "leafCol",
            "column that the label holder gets with the place of the leaf of each tree that a row ends"
                + " in; empty for none");
    maxIter =
        new IntParam(owner, "maxIter", "trees, 1 to 10,000", ParamValidators.inRange(1, 10_000));
    maxDepth =
        new IntParam(
            owner,
            "maxDepth",
            "levels of splits in a tree, 1 to 12",
            ParamValidators.inRange(1, 12));
    growth =
        new Param<>(
            owner,
            "growth",
            "level-wise, or leaf-wise: the leaf whose split gains most is split next",
            ParamValidators.inArray(new String[] {"level-wise", "leaf-wise"}));
    maxLeaves =
        new IntParam(
            owner,
            "maxLeaves",
            "leaves of a tree with leaf-wise growth, 2 to 2048",
            ParamValidators.inRange(2, JobConfig.Gbt.MOST_LEAVES));
    maxBins =
        new IntParam(
            owner, "maxBins", "bins of a column, 2 to 255", ParamValidators.inRange(2, 255));
    stepSize =
        new DoubleParam(
            owner,
            "stepSize",
            "share of each tree that is added, in (0, 1]",
            ParamValidators.inRange(0, 1, false, true));
    lambda =
        new DoubleParam(
            owner, "lambda", "L2 penalty on the value of a leaf, >= 0", ParamValidators.gtEq(0));
    gamma =
        new DoubleParam(owner, "gamma", "what a split has to gain, >= 0", ParamValidators.gtEq(0));
    minChildWeight =
        new DoubleParam(
            owner,
            "minChildWeight",
            "least sum of second derivatives on either side of a split, >= 0",
            ParamValidators.gtEq(0));
    minInstancesPerNode =
        new IntParam(
            owner,
            "minInstancesPerNode",
            "least rows on either side of a split, >= 1; ten are required anyway",
            ParamValidators.gtEq(1));
    subsamplingRate =
        new DoubleParam(
            owner,
            "subsamplingRate",
            "share of the rows that each tree is grown on, in (0, 1]",
            ParamValidators.inRange(0, 1, false, true));
    gossTopRate =
        new DoubleParam(
            owner,
            "gossTopRate",
            "GOSS: share of the rows of the largest derivatives, in [0, 1]; 0 for no GOSS",
            ParamValidators.inRange(0, 1));
    gossOtherRate =
        new DoubleParam(
            owner,
            "gossOtherRate",
            "GOSS: share of the rows that is drawn of the others, in [0, 1]",
            ParamValidators.inRange(0, 1));
    featureSubsetStrategy =
        new Param<>(
            owner,
            "featureSubsetStrategy",
            "how many of its columns a party takes for a tree: all, auto, sqrt, log2, onethird or a share");
    validationFraction =
        new DoubleParam(
            owner,
            "validationFraction",
            "share of the rows held out for earlyStoppingRounds, in [0, 0.9]",
            ParamValidators.inRange(0, 0.9));
    earlyStoppingRounds =
        new IntParam(
            owner,
            "earlyStoppingRounds",
            "trees without a smaller loss of the rows held out after which a fit ends, 0 for never",
            ParamValidators.gtEq(0));
    firstTreeAlone =
        new BooleanParam(
            owner,
            "firstTreeAlone",
            "whether the label holder grows the first tree on its own columns, and keeps it to itself");
    sharedTrees =
        new Param<>(
            owner,
            "sharedTrees",
            "all trees ask feature holders, or they alternate with trees that the label holder grows on"
                + " its own columns alone",
            ParamValidators.inArray(new String[] {"all", "alternate"}));
    ClassWeight.Rule constrains = TreeParams::areConstraints;
    monotoneConstraints =
        new Param<>(
            owner,
            "monotoneConstraints",
            "the label holder's columns along which predictions may not fall (COLUMN=1) or not rise"
                + " (COLUMN=-1), with commas between",
            constrains);
    scheme =
        new Param<>(
            owner,
            "scheme",
            "by what derivatives are encrypted: paillier, or okamoto-uchiyama for feature holders that"
                + " follow the protocol",
            ParamValidators.inArray(new String[] {"paillier", "okamoto-uchiyama"}));
    rowPacking =
        new Param<>(
            owner,
            "rowPacking",
            "how many rows' derivatives stand in one ciphertext: off for one, on for as many as fit,"
                + " auto for as many as the label holder finds cheapest",
            ParamValidators.inArray(new String[] {"auto", "on", "off"}));
  }

  private static boolean areConstraints(String text) {
    try {
      MonotoneConstraints.parse(text);
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The defaults of both stages, through the owner's protected setter. */
  void setDefaults(LogisticParams.Defaults defaults) {
    defaults.set(session, HeddleSession.DEFAULT);
    defaults.set(idCol, "id");
    defaults.set(weightCol, "");
    defaults.set(leafCol, "");
    defaults.set(maxIter, 20);
    defaults.set(maxDepth, 5);
    defaults.set(growth, "level-wise");
    defaults.set(maxLeaves, 31);
    defaults.set(maxBins, 32);
    defaults.set(stepSize, 0.3);
    defaults.set(lambda, 1.0);
    defaults.set(gamma, 0.0);
    defaults.set(minChildWeight, 1.0);
    defaults.set(minInstancesPerNode, 1);
    defaults.set(subsamplingRate, 1.0);
    defaults.set(gossTopRate, 0.0);
    defaults.set(gossOtherRate, 0.1);
    defaults.set(featureSubsetStrategy, "all");
    defaults.set(validationFraction, 0.0);
    defaults.set(earlyStoppingRounds, 0);
    defaults.set(firstTreeAlone, true);
    defaults.set(sharedTrees, "all");
    defaults.set(monotoneConstraints, "");
    defaults.set(scheme, "paillier");
    defaults.set(rowPacking, "auto");
  }

  /** With those of classifiers. */
  static final class OfClassifier extends TreeParams {
    final DoubleParam threshold;
    final Param<String> classWeight;

    OfClassifier(Params owner) {
      super(owner);
      threshold = LogisticParams.threshold(owner);
      ClassWeight.Rule rule = ClassWeight::isAllowed;
      classWeight = new Param<>(owner, "classWeight", ClassWeight.DOC, rule);
    }

    @Override
    void setDefaults(LogisticParams.Defaults defaults) {
      super.setDefaults(defaults);
      defaults.set(threshold, 0.5);
      defaults.set(classWeight, ClassWeight.NONE);
    }
  }

  /** With those of regressors. */
  static final class OfRegressor extends TreeParams {
    final Param<String> objective;

    OfRegressor(Params owner) {
      super(owner);
      objective =
          new Param<>(
              owner,
              "objective",
              "squared for numbers by their squared error, poisson for counts",
              ParamValidators.inArray(new String[] {"squared", "poisson"}));
    }

    @Override
    void setDefaults(LogisticParams.Defaults defaults) {
      super.setDefaults(defaults);
      defaults.set(objective, "squared");
    }
  }
}
