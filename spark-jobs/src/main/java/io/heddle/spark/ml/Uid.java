// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import org.apache.spark.ml.util.Identifiable$;
import org.jspecify.annotations.Nullable;

/**
 * Hands a stage its uid past the constructor of its superclass, which asks for it before the
 * stage's own fields exist: {@code this(Uid.next(uid))} runs first, {@code uid()} takes it.
 */
final class Uid {
  private static final ThreadLocal<@Nullable String> NEXT = new ThreadLocal<>();

  private Uid() {}

  static String random(String prefix) {
    return Identifiable$.MODULE$.randomUID(prefix);
  }

  /** Keeps the uid for the stage that this thread makes next. */
  static Token next(String uid) {
    NEXT.set(uid);
    return new Token();
  }

  static String take() {
    String uid = NEXT.get();
    NEXT.remove();
    if (uid == null) {
      throw new AssertionError("A stage asked for its uid before it was given one");
    }
    return uid;
  }

  /** Tells the constructor that takes a kept uid from the others. */
  static final class Token {
    private Token() {}
  }
}
