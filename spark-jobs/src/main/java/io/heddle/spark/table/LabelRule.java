// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.table;

import io.heddle.train.trees.TreeObjective;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.functions;

/** What labels must be for a kind of model. */
public enum LabelRule {
  /** Of one class or the other. */
  TWO_CLASSES("0 or 1") {
    @Override
    public boolean allows(double label) {
      return label == 0 || label == 1;
    }

    @Override
    public Column isAllowed(Column label) {
      return label.isin(0.0, 1.0);
    }
  },

  /** Of one of several classes, of which the model knows how many there are. */
  CLASSES("whole numbers from 0 on") {
    @Override
    public boolean allows(double label) {
      return label >= 0 && label == Math.rint(label) && Double.isFinite(label);
    }

    @Override
    public Column isAllowed(Column label) {
      return label
          .geq(0.0)
          .and(label.lt(Double.POSITIVE_INFINITY))
          .and(label.equalTo(functions.rint(label)));
    }
  },

  /** Any. */
  NUMBERS("finite") {
    @Override
    public boolean allows(double label) {
      return Double.isFinite(label);
    }

    @Override
    public Column isAllowed(Column label) {
      return functions.abs(label).lt(Double.POSITIVE_INFINITY);
    }
  },

  /** How often something happened, or how much of it there was. */
  COUNTS("finite and not negative") {
    @Override
    public boolean allows(double label) {
      return Double.isFinite(label) && label >= 0;
    }

    @Override
    public Column isAllowed(Column label) {
      return label.geq(0.0).and(label.lt(Double.POSITIVE_INFINITY));
    }
  };

  private final String words;

  LabelRule(String words) {
    this.words = words;
  }

  /** That of what trees predict. */
  public static LabelRule of(TreeObjective objective) {
    return switch (objective) {
      case LOGISTIC -> TWO_CLASSES;
      case MULTI_CLASS -> CLASSES;
      case SQUARED -> NUMBERS;
      case POISSON -> COUNTS;
    };
  }

  public abstract boolean allows(double label);

  /** The same of a column of doubles. */
  public abstract Column isAllowed(Column label);

  /** What labels must be, for errors. */
  public String words() {
    return words;
  }
}
