// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import io.heddle.doctor.Check.Status;
import io.heddle.doctor.Check.Subject;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.function.Consumer;

/** The checks of one peer, each told once and in order. */
final class Findings {
  private final Consumer<Check> told;
  private final Deque<Subject> left =
      new ArrayDeque<>(EnumSet.range(Subject.DNS, Subject.EXCHANGES));
  private boolean failed;

  Findings(Consumer<Check> told) {
    this.told = told;
  }

  /** What is looked at next. */
  Subject next() {
    return left.element();
  }

  boolean isComplete() {
    return left.isEmpty();
  }

  /** Tells one; those before it that were not told are skipped. */
  void tell(Check check) {
    while (next() != check.subject()) {
      told.accept(Check.skipped(left.remove(), "not reached"));
    }
    left.remove();
    failed |= check.status() == Status.FAILED;
    told.accept(check);
  }

  /** What was not told yet is skipped. */
  void skipRest(String why) {
    while (!isComplete()) {
      told.accept(Check.skipped(left.remove(), why));
    }
  }

  boolean hasFailed() {
    return failed;
  }
}
