// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.heddle.crypto.kernel.Kernel;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What the doctor has found, for people and for programs. */
public final class Diagnosis {
  private final String jdk;
  private final String processor;
  private final Map<Figure, Double> nanos;

  Diagnosis(String jdk, String processor, Map<Figure, Double> nanos) {
    this.jdk = jdk;
    this.processor = processor;
    this.nanos = nanos;
  }

  private double value(Figure figure) {
    Double found = nanos.get(figure);
    if (found == null) {
      throw new AssertionError("every figure is measured");
    }
    return found / figure.nanosPerUnit();
  }

  /** A table. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    line(text, "JDK", jdk);
    line(text, "processor", processor);
    line(text, "kernel", kernel());
    line(text, "self-test", Kernel.selfTest());
    text.append("\nOne core, keys of 2048 bits:\n");
    for (Figure figure : Figure.values()) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-38s %10.2f us%n",
              figure.title(),
              value(figure) * figure.nanosPerUnit() / 1000));
    }
    if (withoutModule()) {
      text.append(
          "\nTo compute several times as fast, start the JVM with"
              + " --add-modules jdk.incubator.vector\n");
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "%-11s %s%n", name + ":", value));
  }

  private static String kernel() {
    return Kernel.lanes() == 1
        ? Kernel.provider()
        : Kernel.provider() + ", " + Kernel.lanes() + " numbers side by side";
  }

  private static boolean withoutModule() {
    return Kernel.lanes() == 1 && ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty();
  }

  /** One object; its keys are promised. */
  public String toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("jdk", jdk);
    json.put("cpu", processor);
    Map<String, Object> kernel = new LinkedHashMap<>();
    kernel.put("provider", Kernel.provider());
    kernel.put("lanes", Kernel.lanes());
    kernel.put("selfTest", Kernel.selfTest());
    json.put("kernel", kernel);
    Map<String, Map<String, Double>> units = new TreeMap<>();
    for (Figure figure : Figure.values()) {
      units
          .computeIfAbsent(figure.unit(), unit -> new LinkedHashMap<>())
          .put(figure.key(), Math.round(value(figure) * 1000) / 1000.0);
    }
    json.putAll(units);
    try {
      return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json);
    } catch (IOException e) {
      throw new AssertionError("numbers and strings are all it holds", e);
    }
  }
}
