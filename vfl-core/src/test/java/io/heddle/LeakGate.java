// SPDX-License-Identifier: Apache-2.0
package io.heddle;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.List;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * For tests: a run in which a buffer of Netty's was lost fails when all its tests are through.
 * Registers itself for every test of every module that has this one's tests on its class path.
 */
public final class LeakGate implements BeforeAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(LeakGate.class);

  /** Lives as long as the run. */
  private record Run(Leaks leaks) implements AutoCloseable {
    static Run start() {
      Leaks leaks = new Leaks();
      ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(leaks);
      return new Run(leaks);
    }

    @Override
    public void close() {
      List<String> lost = leaks.sweep();
      if (!lost.isEmpty()) {
        throw new AssertionError(
            lost.size()
                + " leaks under detection level "
                + ResourceLeakDetector.getLevel()
                + ": "
                + String.join("\n", lost));
      }
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (hasNetty()) {
      context
          .getRoot()
          .getStore(NAMESPACE)
          .getOrComputeIfAbsent(Run.class, key -> Run.start(), Run.class);
    }
  }

  /** Modules that work over an exchange in memory do without. */
  private static boolean hasNetty() {
    return LeakGate.class.getClassLoader().getResource("io/netty/util/ResourceLeakDetector.class")
        != null;
  }
}
