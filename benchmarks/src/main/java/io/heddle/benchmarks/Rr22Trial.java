// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import io.heddle.config.JobConfig.PsiProtocol;
import java.util.List;
import java.util.Locale;

/** rr22 beside kkrt, over the same ids, in turns: docs/adr/0038-rr22.md. */
public final class Rr22Trial {
  private Rr22Trial() {}

  /**
   * Arguments: ids of each side, runs, and which of both to measure; without one both. The first of
   * them in a JVM bears what the compiler has to do.
   */
  public static void main(String[] arguments) throws Exception {
    int ids = Integer.parseInt(arguments[0]);
    List<String> ways =
        arguments.length > 2
            ? List.of(arguments).subList(2, arguments.length)
            : List.of("rr22", "kkrt");
    System.out.println(Machine.processor() + ", load at start: " + Machine.load());
    for (int run = Integer.parseInt(arguments[1]); run > 0; run--) {
      for (String way : ways) {
        System.out.println(measure(way, ids));
      }
    }
    System.out.println("load at end: " + Machine.load());
  }

  /** As many common ids as there must be, or it fails. */
  static TwoSets.Line measure(String way, int ids) {
    TwoSets.Line line = TwoSets.measure(PsiProtocol.valueOf(way.toUpperCase(Locale.ROOT)), ids);
    if (line.common() != ids - ids / 2) {
      throw new AssertionError(line.common() + " common ids found: must be " + (ids - ids / 2));
    }
    return line;
  }
}
