// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.session.SessionFigures;
import io.heddle.session.Traffic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The part of run.json that tells where a session's time and bytes went; its keys are promised. */
final class SessionReport {
  private SessionReport() {}

  static Map<String, Object> of(SessionFigures figures) {
    Map<String, Object> seconds = new LinkedHashMap<>();
    seconds.put("wall", seconds(figures.wall()));
    seconds.put("compute", seconds(figures.compute()));
    seconds.put("waiting", seconds(figures.waiting()));
    seconds.put("network", seconds(figures.network()));
    Map<String, Object> links = new LinkedHashMap<>();
    links.put("lost", figures.links().lost());
    links.put("secondsAway", seconds(figures.links().away()));
    links.put("sentAgain", figures.links().sentAgain());
    links.put("dropped", figures.links().dropped());
    Map<String, Object> session = new LinkedHashMap<>();
    session.put("seconds", seconds);
    session.put("links", links);
    session.put("checkpoint", Map.of("commits", figures.commits(), "bytes", figures.keptBytes()));
    List<Object> traffic = new ArrayList<>();
    figures.traffic().lines().forEach(line -> traffic.add(line(line)));
    session.put("traffic", traffic);
    return session;
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static Map<String, Object> line(Traffic.Line line) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("step", line.stepKind());
    json.put("type", line.type().getSimpleName());
    json.put("messagesSent", line.messagesSent());
    json.put("bytesSent", line.bytesSent());
    json.put("messagesReceived", line.messagesReceived());
    json.put("bytesReceived", line.bytesReceived());
    return json;
  }
}
