// SPDX-License-Identifier: Apache-2.0
package io.heddle;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import org.junit.jupiter.api.Test;

class LeaksTest {
  private final Leaks leaks = new Leaks();

  /** In a method of its own, so that no frame holds what it made. */
  private static void lose(ResourceLeakDetector<Object> detector) {
    detector.trackForcibly(new Object()).record("the hint of this test");
  }

  @Test
  void sweep_somethingLost_isFoundWithItsRecord() {
    lose(leaks.newResourceLeakDetector(Object.class, 1));

    assertThat(leaks.sweep())
        .singleElement()
        .asString()
        .startsWith("Object: ")
        .contains("the hint of this test")
        .contains("LeaksTest.lose");
  }

  @Test
  void sweep_everythingReleased_findsNothing() {
    ResourceLeakDetector<Object> detector = leaks.newResourceLeakDetector(Object.class, 1);
    Object thing = new Object();
    ResourceLeakTracker<Object> tracker = detector.trackForcibly(thing);
    tracker.close(thing);

    assertThat(leaks.sweep()).isEmpty();
    assertThat(leaks.sweep()).isEmpty();
  }

  @Test
  void gate_thisRun_watchesEveryBufferOfNetty() {
    assertThat(ResourceLeakDetectorFactory.instance()).isInstanceOf(Leaks.class);
    assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
    ByteBuf buffer = ByteBufAllocator.DEFAULT.buffer(16);
    assertThat(buffer.getClass().getSimpleName()).contains("LeakAware");
    buffer.release();
  }
}
