// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.heddle.channel.MessageType;
import io.heddle.session.SessionFigures;
import io.heddle.session.Traffic;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.apache.spark.SparkEnv;
import org.apache.spark.metrics.source.Source;

/**
 * What the sessions of this driver have taken so far, among Spark's own metrics under {@code
 * driver.heddle}: bytes and messages by type, where the time went, lost links, the disk. Counts and
 * seconds only.
 */
public final class SessionMetrics implements Source {
  private static final String NAME = "heddle";
  private static final String SINK = "spark.metrics.conf.*.sink.prometheusServlet.";

  private final MetricRegistry registry = new MetricRegistry();

  private SessionMetrics(Iterable<MessageType<?>> types) {
    seconds("wall", figures -> figures.wall().toNanos() / 1e9);
    seconds("compute", figures -> figures.compute().toNanos() / 1e9);
    seconds("waiting", figures -> figures.waiting().toNanos() / 1e9);
    seconds("network", figures -> figures.network().toNanos() / 1e9);
    seconds("linksAway", figures -> figures.links().away().toNanos() / 1e9);
    count("linksLost", figures -> figures.links().lost());
    count("messages.sentAgain", figures -> figures.links().sentAgain());
    count("messages.dropped", figures -> figures.links().dropped());
    count("checkpoint.commits", SessionFigures::commits);
    count("checkpoint.bytes", SessionFigures::keptBytes);
    traffic("", line -> true);
    for (MessageType<?> type : types) {
      traffic("." + type.type().getSimpleName(), line -> line.type().equals(type.type()));
    }
  }

  /**
   * Shows the metrics where this process has a Spark driver that does not show them yet.
   *
   * @param types of all messages of a job
   */
  static synchronized void register(Iterable<MessageType<?>> types) {
    SparkEnv spark = SparkEnv.get();
    if (spark != null && spark.metricsSystem().getSourcesByName(NAME).isEmpty()) {
      spark.metricsSystem().registerSource(new SessionMetrics(types));
    }
  }

  /**
   * What a driver needs beside its own settings so that its web interface has all metrics in
   * Prometheus' format at {@code /metrics/prometheus/}.
   *
   * @param present settings that are there already and stay as they are
   */
  public static Map<String, String> settings(Map<String, String> present) {
    Map<String, String> settings = new HashMap<>();
    settings.put(SINK + "class", "org.apache.spark.metrics.sink.PrometheusServlet");
    settings.put(SINK + "path", "/metrics/prometheus");
    settings.keySet().removeAll(present.keySet());
    return settings;
  }

  private void seconds(String name, ToDoubleFunction<SessionFigures> figure) {
    registry.register(
        "seconds." + name,
        (Gauge<Double>) () -> HeddleSession.figures().stream().mapToDouble(figure).sum());
  }

  private void count(String name, ToLongFunction<SessionFigures> figure) {
    registry.register(
        name, (Gauge<Long>) () -> HeddleSession.figures().stream().mapToLong(figure).sum());
  }

  private void traffic(String suffix, Predicate<Traffic.Line> of) {
    count("bytes.sent" + suffix, all -> sum(all, of, Traffic.Line::bytesSent));
    count("bytes.received" + suffix, all -> sum(all, of, Traffic.Line::bytesReceived));
    count("messages.sent" + suffix, all -> sum(all, of, Traffic.Line::messagesSent));
    count("messages.received" + suffix, all -> sum(all, of, Traffic.Line::messagesReceived));
  }

  private static long sum(
      SessionFigures figures, Predicate<Traffic.Line> of, ToLongFunction<Traffic.Line> figure) {
    return figures.traffic().lines().stream().filter(of).mapToLong(figure).sum();
  }

  @Override
  public String sourceName() {
    return NAME;
  }

  @Override
  public MetricRegistry metricRegistry() {
    return registry;
  }
}
