// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

/**
 * How many of its columns a party takes for a tree, as MLlib's {@code featureSubsetStrategy} says
 * it: a word, or a share.
 */
public final class FeatureSubset {
  /** What a strategy may be, for errors. */
  public static final String ALLOWED =
      "all, auto, sqrt, log2, onethird or a share above 0 and at most 1.0";

  private FeatureSubset() {}

  /** Whether a strategy is one of the words, or a share above 0 and at most 1. */
  public static boolean isStrategy(String strategy) {
    return switch (strategy) {
      case "all", "auto", "sqrt", "log2", "onethird" -> true;
      default -> strategy.matches("0?\\.[0-9]{1,9}|1\\.0{1,9}") && Double.parseDouble(strategy) > 0;
    };
  }

  /** How many of so many columns: at least one, if there are any. */
  public static int columns(String strategy, int of) {
    double share =
        switch (strategy) {
          case "all", "auto" -> of;
          case "sqrt" -> Math.sqrt(of);
          case "log2" -> Math.log(of) / Math.log(2);
          case "onethird" -> of / 3.0;
          default -> of * Double.parseDouble(strategy);
        };
    return Math.min(of, Math.max(1, (int) Math.ceil(share)));
  }
}
