// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.error.ConfigurationException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Whether a party's own cluster keeps its columns to itself: Spark ships rows and intermediate
 * results between driver and executors and spills them to disks, all in the clear unless it is told
 * otherwise. (Spark's documentation, "Security".)
 */
public final class ClusterSafety {
  private static final Pattern ONE_PROCESS = Pattern.compile("local(\\[[^,\\]]*(,[^\\]]*)?])?");

  private ClusterSafety() {}

  /**
   * Refuses a cluster that is open. A master that runs everything in one process is safe.
   *
   * @param spark Spark's configuration
   * @throws ConfigurationException naming each setting that is missing and what it must be
   */
  public static void require(Map<String, String> spark) {
    if (isOneProcess(spark)) {
      return;
    }
    StringBuilder missing = new StringBuilder();
    if (!isOn(spark, "spark.authenticate")) {
      missing.append(
          "\n  spark.authenticate = true: executors prove that they are of this cluster");
    }
    if (!isOn(spark, "spark.io.encryption.enabled")) {
      missing.append(
          "\n  spark.io.encryption.enabled = true: what is spilled to disks is encrypted");
    }
    boolean aesGcm =
        isOn(spark, "spark.network.crypto.enabled")
            && spark
                .getOrDefault("spark.network.crypto.cipher", "")
                .toUpperCase(Locale.ROOT)
                .equals("AES/GCM/NOPADDING");
    if (!aesGcm && !isOn(spark, "spark.ssl.rpc.enabled")) {
      missing.append(
          "\n  spark.ssl.rpc.enabled = true: what driver and executors send each other is encrypted"
              + " (or spark.network.crypto.enabled = true with spark.network.crypto.cipher ="
              + " AES/GCM/NoPadding, which hangs in Spark 4.1.0: SPARK-56227)");
    }
    if (missing.length() > 0) {
      throw new ConfigurationException(
          "Spark's cluster is not secured. Missing in Spark's configuration:"
              + missing
              + "\nor start with --insecure-local if nobody else can reach this cluster");
    }
  }

  private static boolean isOneProcess(Map<String, String> spark) {
    return ONE_PROCESS.matcher(spark.getOrDefault("spark.master", "local")).matches();
  }

  /**
   * Refuses a cluster whose executors would not find the stores of large messages.
   *
   * @param spark Spark's configuration
   * @throws ConfigurationException naming the setting that is missing
   */
  static void requireWorkers(Map<String, String> spark) {
    if (!isOneProcess(spark) && !WorkerPlugin.isIn(spark)) {
      throw new ConfigurationException(
          "Missing in Spark's configuration: "
              + WorkerPlugin.SETTING
              + " must name "
              + WorkerPlugin.class.getName()
              + ", by which executors exchange large messages");
    }
  }

  private static boolean isOn(Map<String, String> spark, String key) {
    return Boolean.parseBoolean(spark.getOrDefault(key, "false").trim());
  }
}
