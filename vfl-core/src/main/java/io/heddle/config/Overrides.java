// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import io.heddle.error.ConfigurationException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Settings given on the command line or in Spark's configuration, which go before those of the
 * files. Each key finds its file by itself: {@code privacy.consent.labels} the party's, {@code
 * logistic.tol} the job's. Lists are written with commas. Immutable.
 */
public final class Overrides {
  /** The files stand as they are. */
  public static final Overrides NONE = new Overrides(new TreeMap<>());

  private static final String SPARK_PREFIX = "spark.heddle.";

  /** Settings of the Spark job itself; they name or shape, and belong into neither file. */
  private static final Set<String> SPARK_ONLY = Set.of("config", "job", "local-rows");

  /**
   * @param written the name that it was given by
   */
  private record Entry(String written, String value, String origin) {}

  private final SortedMap<String, Entry> entries;

  private Overrides(SortedMap<String, Entry> entries) {
    this.entries = entries;
  }

  /**
   * Reads what stands behind {@code --set}.
   *
   * @param assignments {@code key=value} each
   * @throws ConfigurationException if one is not of that form or no file has such a key
   */
  public static Overrides ofArguments(List<String> assignments) {
    SortedMap<String, Entry> entries = new TreeMap<>();
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      if (equals < 1) {
        throw new ConfigurationException(
            "Invalid --set " + assignment + ": must be key=value, as in --set logistic.tol=1e-8");
      }
      put(
          entries,
          assignment.substring(0, equals).strip(),
          assignment.substring(equals + 1),
          "--set");
    }
    return new Overrides(entries);
  }

  /**
   * Picks what stands under {@code spark.heddle.} in Spark's configuration; {@code
   * spark.heddle.config}, {@code .job} and {@code .local-rows} are the Spark job's own and passed
   * over.
   *
   * @throws ConfigurationException if no file has such a key
   */
  public static Overrides ofSpark(Map<String, String> sparkConfiguration) {
    SortedMap<String, Entry> entries = new TreeMap<>();
    sparkConfiguration.forEach(
        (name, value) -> {
          if (name.startsWith(SPARK_PREFIX)) {
            String key = name.substring(SPARK_PREFIX.length());
            if (!SPARK_ONLY.contains(key)) {
              put(entries, key, value, name);
            }
          }
        });
    return new Overrides(entries);
  }

  private static void put(
      SortedMap<String, Entry> entries, String written, String value, String origin) {
    String key = Keys.canonical(written);
    if (Keys.ALL.stream().noneMatch(keys -> keys.contains(key))) {
      throw new ConfigurationException(
          "Unknown setting " + key + " (" + origin + "): " + Keys.adviceForAny(key));
    }
    Entry before = entries.put(key, new Entry(written, Keys.canonicalText(written, value), origin));
    if (before != null && !before.written().equals(written)) {
      throw Settings.givenTwice(before.written(), written, origin);
    }
  }

  /** These settings, and where they say nothing, the others. */
  public Overrides before(Overrides others) {
    SortedMap<String, Entry> both = new TreeMap<>(others.entries);
    both.putAll(entries);
    return new Overrides(both);
  }

  /** The settings that belong into a party's file, as key and text. */
  public SortedMap<String, String> forParty() {
    return texts(Keys.PARTY);
  }

  /** The settings that belong into the job file, as key and text. */
  public SortedMap<String, String> forJob() {
    return texts(Keys.JOB);
  }

  private SortedMap<String, String> texts(Keys keys) {
    SortedMap<String, String> texts = new TreeMap<>();
    entries.forEach(
        (key, entry) -> {
          if (keys.contains(key)) {
            texts.put(key, entry.value());
          }
        });
    return texts;
  }

  SortedMap<String, ConfigValue> values(Keys keys) {
    SortedMap<String, ConfigValue> values = new TreeMap<>();
    entries.forEach(
        (key, entry) -> {
          if (keys.contains(key)) {
            Object value =
                Keys.isList(key) ? List.of(entry.value().split("\\s*,\\s*", -1)) : entry.value();
            values.put(key, ConfigValueFactory.fromAnyRef(value, entry.origin()));
          }
        });
    return values;
  }
}
