// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Every key that a file may hold. A key that is not here is refused, so that a typing error never
 * stays unseen.
 */
final class Keys {
  static final Keys PARTY =
      new Keys(
          "heddle.conf",
          Set.of(
              "party",
              "listen.host",
              "listen.port",
              "listen.websocket",
              "identity.key-store",
              "identity.password-file",
              "proxy.address",
              "proxy.user",
              "proxy.password-file",
              "channel.connect-timeout",
              "channel.handshake-timeout",
              "channel.idle-timeout",
              "channel.receive-timeout",
              "channel.reconnect-timeout",
              "privacy.min-key-bits",
              "privacy.min-intersection",
              "privacy.max-peer-set-size",
              "privacy.consent.labels",
              "privacy.consent.predictor",
              "privacy.consent.bins",
              "data.id",
              "data.label",
              "data.weight",
              "data.columns",
              "gbt.monotoneConstraints",
              "gbt.leafCol",
              "data.format",
              "data.table",
              "data.jdbc.url",
              "data.jdbc.table",
              "data.jdbc.query",
              "data.jdbc.user",
              "data.jdbc.password-file",
              "data.jdbc.driver",
              "data.jdbc.fetch-size",
              "data.jdbc.partition-column",
              "data.jdbc.lower-bound",
              "data.jdbc.upper-bound",
              "data.jdbc.partitions",
              "checkpoint.dir",
              "checkpoint.keep",
              "blobs.from-bytes",
              "blobs.quota-bytes",
              "blobs.exchanges",
              "psi.oprf.directory",
              "psi.oprf.key-lifetime",
              "psi.oprf.max-queries",
              "psi.ledger",
              "psi.quota-period",
              "trace.dir"));

  static final Keys JOB =
      new Keys(
          "job.conf",
          Set.of(
              "job.name",
              "parties",
              "label-holder",
              "algorithm",
              "psi.protocol",
              "psi.receiver",
              "psi.result",
              "psi.join",
              "psi.duplicates",
              "psi.normalise",
              "psi.min-intersection",
              "psi.sum.column",
              "psi.sum.scale",
              "psi.partition-ids",
              "logistic.regParam",
              "logistic.maxIter",
              "logistic.tol",
              "logistic.fitIntercept",
              "logistic.standardization",
              "logistic.threshold",
              "gbt.objective",
              "gbt.classes",
              "gbt.classWeight",
              "gbt.maxIter",
              "gbt.maxDepth",
              "gbt.growth",
              "gbt.maxLeaves",
              "gbt.maxBins",
              "gbt.stepSize",
              "gbt.lambda",
              "gbt.gamma",
              "gbt.minChildWeight",
              "gbt.minInstancesPerNode",
              "gbt.subsamplingRate",
              "gbt.gossTopRate",
              "gbt.gossOtherRate",
              "gbt.featureSubsetStrategy",
              "gbt.validationFraction",
              "gbt.earlyStoppingRounds",
              "gbt.firstTreeAlone",
              "gbt.sharedTrees",
              "gbt.scheme",
              "gbt.rowPacking",
              "gbt.threshold",
              "paillier.key-bits",
              "test-fraction",
              "seed"));

  /** XGBoost's names of settings of trees, each with ours; its lambda and gamma are ours too. */
  private static final SortedMap<String, String> ALIASES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("gbt.n_estimators", "gbt.maxIter"),
              Map.entry("gbt.num_class", "gbt.classes"),
              Map.entry("gbt.num_round", "gbt.maxIter"),
              Map.entry("gbt.max_depth", "gbt.maxDepth"),
              Map.entry("gbt.grow_policy", "gbt.growth"),
              Map.entry("gbt.max_leaves", "gbt.maxLeaves"),
              Map.entry("gbt.subsample", "gbt.subsamplingRate"),
              Map.entry("gbt.colsample_bytree", "gbt.featureSubsetStrategy"),
              Map.entry("gbt.early_stopping_rounds", "gbt.earlyStoppingRounds"),
              Map.entry("gbt.max_bin", "gbt.maxBins"),
              Map.entry("gbt.eta", "gbt.stepSize"),
              Map.entry("gbt.learning_rate", "gbt.stepSize"),
              Map.entry("gbt.reg_lambda", "gbt.lambda"),
              Map.entry("gbt.min_split_loss", "gbt.gamma"),
              Map.entry("gbt.min_child_weight", "gbt.minChildWeight"),
              Map.entry("gbt.monotone_constraints", "gbt.monotoneConstraints"),
              Map.entry("gbt.scale_pos_weight", "gbt.classWeight")));

  static final List<Keys> ALL = List.of(PARTY, JOB);

  /** On the command line a list is written with commas. */
  private static final Set<String> LISTS =
      Set.of(
          "data.id",
          "data.columns",
          "gbt.monotoneConstraints",
          "blobs.exchanges",
          "parties",
          "psi.normalise");

  private static final Pattern PEER =
      Pattern.compile(
          "peers\\.[a-z][a-z0-9-]{0,62}\\.(address|fingerprint|dial|proxy|transport|exchanges|semi-honest|psi-quota)");

  private final String file;
  private final Set<String> names;

  private Keys(String file, Set<String> names) {
    this.file = file;
    this.names = names;
  }

  /** All of them but those of the peers. */
  Set<String> names() {
    return names;
  }

  /** Those of a group, in order. */
  List<String> under(String prefix) {
    return names.stream().filter(name -> name.startsWith(prefix)).sorted().toList();
  }

  boolean contains(String key) {
    return names.contains(key) || (this == PARTY && PEER.matcher(key).matches());
  }

  /** Our name of a setting, whichever it was given by. */
  static String canonical(String key) {
    return ALIASES.getOrDefault(key, key);
  }

  /**
   * A value as our name of the setting has it. XGBoost's {@code colsample_bytree = 1} is the share
   * 1.0, all columns; MLlib's {@code featureSubsetStrategy = 1} would be one column, and is
   * refused.
   */
  static String canonicalText(String written, String text) {
    String value = text.strip();
    return written.equals("gbt.colsample_bytree") && value.matches("1(\\.0*)?([eE][+-]?0+)?")
        ? "1.0"
        : value;
  }

  /** Every other name that a setting may be given by, with ours. */
  static SortedMap<String, String> aliases() {
    return Collections.unmodifiableSortedMap(ALIASES);
  }

  static boolean isList(String key) {
    return LISTS.contains(key);
  }

  /** What to tell someone who wrote a key that this file does not have. */
  String advice(String unknown) {
    for (Keys other : ALL) {
      if (other != this && other.contains(unknown)) {
        return "this key belongs into " + other.file;
      }
    }
    return advice(unknown, names);
  }

  static String adviceForAny(String unknown) {
    return advice(unknown, ALL.stream().flatMap(k -> k.names.stream()).toList());
  }

  private static String advice(String unknown, Collection<String> names) {
    if (unknown.startsWith("peers.")) {
      return "must be peers.<party>.address, .fingerprint, .dial, .proxy, .transport, .exchanges,"
          + " .semi-honest or .psi-quota";
    }
    List<String> close =
        names.stream()
            .filter(name -> distance(name, unknown) <= Math.max(2, unknown.length() / 3))
            .sorted(Comparator.comparingInt(name -> distance(name, unknown)))
            .limit(1)
            .toList();
    return close.isEmpty()
        ? "must be one of " + String.join(", ", new TreeSet<>(names))
        : "did you mean " + close.get(0) + "?";
  }

  /** Levenshtein's edit distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
