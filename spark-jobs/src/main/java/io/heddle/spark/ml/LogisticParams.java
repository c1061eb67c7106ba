// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.spark.session.HeddleSession;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;

/** The Param objects of one stage; {@link VerticalLogisticRegressionParams} shows them. */
final class LogisticParams {
  final Param<String> session;
  final Param<String> idCol;
  final Param<String> weightCol;
  final DoubleParam regParam;
  final IntParam maxIter;
  final DoubleParam tol;
  final BooleanParam fitIntercept;
  final BooleanParam standardization;
  final DoubleParam threshold;

  LogisticParams(Params owner) {
    session = session(owner);
    idCol = idCol(owner);
    weightCol = weightCol(owner);
    regParam =
        new DoubleParam(owner, "regParam", "L2 regularisation, >= 0", ParamValidators.gtEq(0));
    maxIter =
        new IntParam(owner, "maxIter", "highest number of passes, >= 1", ParamValidators.gtEq(1));
    tol =
        new DoubleParam(
            owner,
            "tol",
            "training ends when a pass lowers the loss by less than this share of it, >= 0",
            ParamValidators.gtEq(0));
    fitIntercept =
        new BooleanParam(owner, "fitIntercept", "whether the label holder fits an intercept");
    standardization =
        new BooleanParam(
            owner,
            "standardization",
            "whether regularisation acts on columns scaled to unit standard deviation");
    threshold = threshold(owner);
  }

  /** As every stage has it. */
  static Param<String> session(Params owner) {
    return new Param<>(
        owner,
        "session",
        "name of the Heddle session that the stage works in; 'default' is the one that"
            + " spark.heddle.config and spark.heddle.job describe");
  }

  /** As every stage that trains has it. */
  static Param<String> idCol(Params owner) {
    return new Param<>(
        owner,
        "idCol",
        "column by which the parties' rows are aligned; not read where the table is already"
            + " aligned");
  }

  static Param<String> weightCol(Params owner) {
    return new Param<>(
        owner, "weightCol", "column of row weights at the label holder; empty: every row weighs 1");
  }

  /** As every classifier has it. */
  static DoubleParam threshold(Params owner) {
    return new DoubleParam(
        owner,
        "threshold",
        "probability above which the prediction is 1, in [0, 1]",
        ParamValidators.inRange(0, 1));
  }

  /** The defaults of both stages, through the owner's protected setter. */
  void setDefaults(Defaults defaults) {
    defaults.set(session, HeddleSession.DEFAULT);
    defaults.set(idCol, "id");
    defaults.set(weightCol, "");
    defaults.set(regParam, 1e-4);
    defaults.set(maxIter, 100);
    defaults.set(tol, 1e-6);
    defaults.set(fitIntercept, true);
    defaults.set(standardization, true);
    defaults.set(threshold, 0.5);
  }

  /** {@code Params.setDefault}. */
  interface Defaults {
    <T> Params set(Param<T> param, T value);
  }
}
