// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import static java.util.Locale.ROOT;

import io.heddle.benchmarks.rr22.Trial;
import io.heddle.config.JobConfig.PsiProtocol;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The trial of rr22 beside kkrt, over the same ids, in turns: docs/adr/0033-rr22-tried.md. Each run
 * is checked against a set in the clear.
 */
public final class Rr22Trial {
  private Rr22Trial() {}

  /**
   * Arguments: ids of each side, runs, and which ways to measure; without one all. The first of
   * them in a JVM bears what the compiler has to do.
   */
  public static void main(String[] arguments) throws Exception {
    int ids = Integer.parseInt(arguments[0]);
    List<String> ways =
        arguments.length > 2
            ? List.of(arguments).subList(2, arguments.length)
            : List.of("rr22", "rr22-21", "function", "kkrt");
    System.out.println(Machine.processor() + ", load at start: " + Machine.load());
    for (int run = Integer.parseInt(arguments[1]); run > 0; run--) {
      for (String way : ways) {
        System.out.println(measure(way, ids));
      }
    }
    System.out.println("load at end: " + Machine.load());
  }

  private static String measure(String way, int ids) {
    return switch (way) {
      case "rr22" -> line("rr22, expander 7", ids, rr22(ids, Trial.FASTER));
      case "rr22-21" -> line("rr22, expander 21", ids, rr22(ids, Trial.MORE_CAREFUL));
      case "function" -> line("function of kkrt alone", ids, Trial.kkrtFunction(ids));
      case "kkrt" -> TwoSets.measure(PsiProtocol.KKRT, ids).toString();
      default ->
          throw new IllegalArgumentException(
              "Invalid way " + way + ": must be rr22, rr22-21, function or kkrt");
    };
  }

  static Trial.Outcome rr22(int ids, int weight) {
    List<byte[]> ofReceiver = TwoSets.ids(0, ids);
    List<byte[]> ofSender = TwoSets.ids(ids / 2, ids);
    Trial.Outcome outcome = Trial.rr22(ofReceiver, ofSender, weight);
    Set<String> theirs = new HashSet<>();
    ofSender.forEach(id -> theirs.add(Arrays.toString(id)));
    int[] expected =
        IntStream.range(0, ids)
            .filter(i -> theirs.contains(Arrays.toString(ofReceiver.get(i))))
            .toArray();
    if (!Arrays.equals(expected, outcome.common())) {
      throw new AssertionError(
          outcome.common().length + " common ids found: must be " + expected.length);
    }
    return outcome;
  }

  static String line(String what, int ids, Trial.Outcome outcome) {
    StringBuilder text =
        new StringBuilder(
            String.format(
                ROOT,
                "%s, %d ids and %d, %d common: %.2f s, CPU %.2f s, %.1f bytes per item",
                what,
                ids,
                ids,
                outcome.common().length,
                outcome.seconds(),
                outcome.cpuSeconds(),
                (double) outcome.bytes() / ids));
    outcome
        .parts()
        .forEach(
            (name, times) ->
                text.append(
                    String.format(ROOT, "%n  %-44s %.3f s, CPU %.3f s", name, times[0], times[1])));
    return text.toString();
  }
}
