// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import io.heddle.error.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One file's settings with the overrides on top; every refusal names key, value, place and what is
 * allowed.
 */
final class Settings {
  private static final int MAX_SHARED_BYTES = 1 << 16;

  /** Each can double what the ones before it stand for. */
  private static final int MAX_REFERENCES = 16;

  private final Path file;
  private final Config config;

  private Settings(Path file, Config config) {
    this.file = file;
    this.config = config;
  }

  /** Reads a file of this party's own: it may use environment variables and include others. */
  static Settings read(Path file, Keys keys, Overrides overrides) {
    return read(
        file, keys, overrides, ConfigParseOptions.defaults(), ConfigResolveOptions.defaults());
  }

  /**
   * Reads a file that others wrote as well, and whose values they get to see: it stands alone, and
   * reaches neither this machine's environment nor its other files. Nor does it take more memory
   * than so small a file should.
   */
  static Settings readShared(Path file, Keys keys, Overrides overrides) {
    requireSmall(file);
    return read(
        file,
        keys,
        overrides,
        ConfigParseOptions.defaults().setIncluder(new NoIncludes(file)),
        ConfigResolveOptions.noSystem());
  }

  private static void requireSmall(Path file) {
    if (!Files.isRegularFile(file)) {
      return;
    }
    try (InputStream in = Files.newInputStream(file)) {
      String text = new String(in.readNBytes(MAX_SHARED_BYTES + 1), StandardCharsets.ISO_8859_1);
      if (text.length() > MAX_SHARED_BYTES) {
        throw new ConfigurationException(
            "Cannot read " + file + ": it must have at most " + MAX_SHARED_BYTES + " bytes");
      }
      int references = text.split("\\$\\{", -1).length - 1;
      if (references > MAX_REFERENCES) {
        throw new ConfigurationException(
            "Cannot read "
                + file
                + ": it has "
                + references
                + " references ${...}, and may have at most "
                + MAX_REFERENCES);
      }
    } catch (IOException e) {
      throw new ConfigurationException("Cannot read " + file, e);
    }
  }

  private static Settings read(
      Path file,
      Keys keys,
      Overrides overrides,
      ConfigParseOptions parsing,
      ConfigResolveOptions resolving) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigurationException("No configuration file " + file);
    }
    Config config;
    try {
      config =
          ConfigFactory.parseFile(
              file.toFile(),
              parsing
                  .setSyntax(ConfigSyntax.CONF)
                  .setAllowMissing(false)
                  .setOriginDescription(file.toString()));
      Map<String, ConfigValue> before = overrides.values(keys);
      for (Map.Entry<String, ConfigValue> override : before.entrySet()) {
        config = config.withValue(override.getKey(), override.getValue());
      }
      config = canonical(config.resolve(resolving), before.keySet(), file);
    } catch (ConfigException e) {
      throw new ConfigurationException("Cannot read " + file + ": " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      // The parser calls itself for every level, and has no bound of its own.
      throw new ConfigurationException("Cannot read " + file + ": it is nested too deeply", e);
    }
    for (Map.Entry<String, ConfigValue> entry : config.entrySet()) {
      String key = String.join(".", ConfigUtil.splitPath(entry.getKey()));
      if (!keys.contains(key)) {
        throw new ConfigurationException(
            "Unknown setting "
                + key
                + " ("
                + place(entry.getValue().origin(), file)
                + "): "
                + keys.advice(key));
      }
    }
    return new Settings(file, config);
  }

  /** Settings by our names only, unless an override has them already. */
  private static Config canonical(Config given, Set<String> overridden, Path file) {
    Config config = given;
    Map<String, String> written = new HashMap<>();
    for (Map.Entry<String, String> alias : Keys.aliases().entrySet()) {
      String key = alias.getValue();
      if (!given.hasPath(alias.getKey())) {
        continue;
      }
      ConfigValue value = given.getValue(alias.getKey());
      config = config.withoutPath(alias.getKey());
      if (!overridden.contains(key)) {
        if (config.hasPath(key)) {
          throw givenTwice(
              written.getOrDefault(key, key), alias.getKey(), place(value.origin(), file));
        }
        written.put(key, alias.getKey());
        config = config.withValue(key, canonicalValue(alias.getKey(), value));
      }
    }
    return config;
  }

  private static ConfigValue canonicalValue(String written, ConfigValue value) {
    String text = String.valueOf(value.unwrapped());
    String canonical = Keys.canonicalText(written, text);
    return canonical.equals(text)
        ? value
        : ConfigValueFactory.fromAnyRef(canonical).withOrigin(value.origin());
  }

  /** For one setting under two of its names. */
  static ConfigurationException givenTwice(String one, String other, String place) {
    return new ConfigurationException(
        "Both "
            + one
            + " and "
            + other
            + " are set ("
            + place
            + "): they are one setting, give one");
  }

  Path file() {
    return file;
  }

  boolean has(String key) {
    try {
      return config.hasPath(key);
    } catch (ConfigException e) {
      throw new ConfigurationException(
          "Invalid setting " + key + " (" + file + "): a parent of it is not a group", e);
    }
  }

  /** The names under a group, such as the parties under {@code peers}. */
  List<String> names(String group) {
    return has(group) ? config.getObject(group).keySet().stream().sorted().toList() : List.of();
  }

  String text(String key, String allowed) {
    if (!has(key)) {
      throw new ConfigurationException(
          "Missing setting " + key + " (" + file + "): must be " + allowed);
    }
    String text = scalar(key, allowed);
    if (text.isBlank() || text.chars().anyMatch(Character::isISOControl)) {
      throw invalid(key, allowed);
    }
    return text;
  }

  String text(String key, String otherwise, String allowed) {
    return has(key) ? text(key, allowed) : otherwise;
  }

  /** A text that may stand in several lines. */
  String lines(String key, String allowed) {
    String text = scalar(key, allowed);
    if (text.isBlank() || text.chars().anyMatch(c -> Character.isISOControl(c) && c != '\n')) {
      throw invalidHidden(key, allowed);
    }
    return text;
  }

  long integer(String key, long otherwise, long min, long max) {
    String allowed = "a whole number from " + min + " to " + max;
    if (!has(key)) {
      return otherwise;
    }
    try {
      long value = Long.parseLong(scalar(key, allowed));
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw invalid(key, allowed);
    }
    throw invalid(key, allowed);
  }

  double number(String key, double otherwise, double min, double max) {
    return number(key, otherwise, min, max, "a number from " + min + " to " + max);
  }

  double number(String key, double otherwise, double min, double max, String allowed) {
    if (!has(key)) {
      return otherwise;
    }
    try {
      double value = Double.parseDouble(scalar(key, allowed));
      if (value >= min && value <= max) {
        // -0.0 and 0.0 are one setting, and must read alike in the terms that parties compare.
        return value + 0.0;
      }
    } catch (NumberFormatException e) {
      throw invalid(key, allowed);
    }
    throw invalid(key, allowed);
  }

  boolean flag(String key, boolean otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    String allowed = "true or false";
    return switch (scalar(key, allowed)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw invalid(key, allowed);
    };
  }

  <E extends Enum<E>> E choice(String key, E otherwise) {
    if (!has(key)) {
      return otherwise;
    }
    return choice(key, scalar(key, "one word"), otherwise.getDeclaringClass());
  }

  <E extends Enum<E>> List<E> choices(String key, Class<E> type) {
    return list(key, "words of " + words(type)).stream()
        .map(word -> choice(key, word, type))
        .toList();
  }

  private <E extends Enum<E>> E choice(String key, String word, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (word(constant).equals(word)) {
        return constant;
      }
    }
    throw invalid(key, words(type));
  }

  /**
   * A constant as it stands in a file: {@code STRIP_LEADING_ZEROS} is {@code strip-leading-zeros}.
   */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static <E extends Enum<E>> String words(Class<E> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(Settings::word)
        .collect(Collectors.joining(", "));
  }

  Duration duration(String key, Duration otherwise, Duration min, Duration max) {
    if (!has(key)) {
      return otherwise;
    }
    String allowed =
        "a time from " + inSeconds(min) + " to " + inSeconds(max) + ", such as 30 s or 10 minutes";
    Duration value;
    try {
      value = config.getDuration(key);
    } catch (ConfigException | ArithmeticException e) {
      throw invalid(key, allowed);
    }
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw invalid(key, allowed);
    }
    return value;
  }

  static String inSeconds(Duration time) {
    return time.toMillis() % 1000 == 0 ? time.toSeconds() + " s" : time.toMillis() + " ms";
  }

  /** A list, or one word for a list of one; empty if not set. */
  List<String> list(String key, String allowed) {
    if (!has(key)) {
      return List.of();
    }
    List<String> values;
    try {
      values =
          config.getValue(key).valueType() == ConfigValueType.LIST
              ? config.getStringList(key)
              : List.of(scalar(key, allowed));
    } catch (ConfigException e) {
      throw invalid(key, allowed);
    }
    if (values.stream().anyMatch(String::isBlank)
        || values.stream().distinct().count() < values.size()) {
      throw invalid(key, allowed + ", none blank and none twice");
    }
    return values;
  }

  /** A path as written, or relative to the directory of the file. */
  Path path(String key, String otherwise) {
    return resolve(text(key, otherwise, "a path"));
  }

  @Nullable Path optionalPath(String key) {
    return has(key) ? resolve(text(key, "a path")) : null;
  }

  private Path resolve(String path) {
    Path directory = file.toAbsolutePath().getParent();
    return directory == null ? Path.of(path) : directory.resolve(path);
  }

  private String scalar(String key, String allowed) {
    try {
      return config.getString(key).strip();
    } catch (ConfigException e) {
      throw invalid(key, allowed);
    }
  }

  ConfigurationException invalid(String key, String allowed) {
    return invalid(
        key, " = " + config.getValue(key).render(ConfigRenderOptions.concise()), allowed);
  }

  /** For a value that may hold what nobody must see. */
  ConfigurationException invalidHidden(String key, String allowed) {
    return invalid(key, "", allowed);
  }

  private ConfigurationException invalid(String key, String value, String allowed) {
    return new ConfigurationException(
        "Invalid "
            + key
            + value
            + " ("
            + place(config.getValue(key).origin(), file)
            + "): must be "
            + allowed);
  }

  private static String place(ConfigOrigin origin, Path file) {
    if (origin.lineNumber() > 0) {
      String name = origin.filename() == null ? file.toString() : origin.filename();
      return name + ":" + origin.lineNumber();
    }
    return origin.description();
  }
}
