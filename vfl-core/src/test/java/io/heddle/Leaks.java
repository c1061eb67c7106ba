// SPDX-License-Identifier: Apache-2.0
package io.heddle;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * For tests: remembers what Netty's leak detectors find. A detector only looks when it is given
 * something new, and sees only what the garbage collector has taken; {@link #sweep} sees to both.
 */
final class Leaks extends ResourceLeakDetectorFactory {
  private static final String MARK = "lost on purpose by the sweep";
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final List<Detector<?>> detectors = new CopyOnWriteArrayList<>();

  @Override
  @SuppressWarnings("deprecation") // yet abstract
  public <T> ResourceLeakDetector<T> newResourceLeakDetector(
      Class<T> resource, int samplingInterval, long maxActive) {
    return remember(resource, samplingInterval);
  }

  @Override
  public <T> ResourceLeakDetector<T> newResourceLeakDetector(
      Class<T> resource, int samplingInterval) {
    return remember(resource, samplingInterval);
  }

  private <T> Detector<T> remember(Class<T> resource, int samplingInterval) {
    Detector<T> detector = new Detector<>(resource, samplingInterval);
    detectors.add(detector);
    return detector;
  }

  /** Keeps what is found instead of logging it. */
  private static final class Detector<T> extends ResourceLeakDetector<T> {
    private final List<String> found = new CopyOnWriteArrayList<>();
    private volatile boolean sweptToTheEnd;

    Detector(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String type, String records) {
      if (records.contains(MARK)) {
        sweptToTheEnd = true;
      } else {
        found.add(type + ": " + records);
      }
    }

    @Override
    protected void reportUntracedLeak(String type) {
      found.add(type + ", of which nothing was recorded");
    }

    @SuppressWarnings("unchecked") // whatever it is, a detector only asks for its identity
    private ResourceLeakTracker<T> trackAnything(Object thing) {
      return trackForcibly((T) thing);
    }

    /** Loses something, to know when all that was lost before has been seen. */
    void lose() {
      trackAnything(new Object()).record(MARK + " " + System.nanoTime());
    }

    @SuppressWarnings("unchecked") // as above
    void look() {
      Object thing = new Object();
      trackAnything(thing).close((T) thing);
    }
  }

  /**
   * All that was lost so far.
   *
   * @throws AssertionError if a detector does not even see what is lost on purpose
   */
  List<String> sweep() {
    detectors.forEach(Detector::lose);
    long start = System.nanoTime();
    while (!detectors.stream().allMatch(detector -> detector.sweptToTheEnd)) {
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new AssertionError("Netty's leak detection sees nothing");
      }
      collectAndLook();
    }
    // References that were cleared together need not be queued together.
    collectAndLook();
    List<String> all = new ArrayList<>();
    for (Detector<?> detector : detectors) {
      detector.sweptToTheEnd = false;
      all.addAll(detector.found);
    }
    return all;
  }

  private void collectAndLook() {
    System.gc();
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    detectors.forEach(Detector::look);
  }
}
