// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.channel.Blobs;
import io.heddle.channel.netty.DataWays;
import io.heddle.error.VflException;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;

/**
 * Lets executors put large messages into the peers' stores and read their own party's
 * (docs/adr/0020). An executor makes a key of its own, whose certificate the driver signs for one
 * session; no private key leaves its process. {@code train} and {@code score} set it; another
 * application names it in {@value #SETTING}.
 */
public final class WorkerPlugin implements SparkPlugin {
  /** Where Spark finds plugins. */
  static final String SETTING = "spark.plugins";

  /** An executor's question for the way to a session's stores. */
  record Request(Blobs blobs, byte[] publicKey) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * The answer.
   *
   * @param chain the executor's certificate, then the party's
   */
  record Pass(DataWays ways, List<byte[]> chain) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /** An executor's question whether there is still any use in trying; the answer is why not. */
  record Check(Blobs blobs) implements Serializable {
    private static final long serialVersionUID = 1L;
  }

  /**
   * What an application needs beside its own settings.
   *
   * @param present settings that are there already; plugins among them stay
   */
  public static Map<String, String> settings(Map<String, String> present) {
    Map<String, String> settings = new HashMap<>();
    if (!isIn(present)) {
      String others = present.getOrDefault(SETTING, "");
      settings.put(SETTING, (others.isBlank() ? "" : others + ",") + WorkerPlugin.class.getName());
    }
    return settings;
  }

  /** Whether Spark's configuration names it. */
  static boolean isIn(Map<String, String> spark) {
    return List.of(spark.getOrDefault(SETTING, "").split("\\s*,\\s*", -1))
        .contains(WorkerPlugin.class.getName());
  }

  @Override
  public DriverPlugin driverPlugin() {
    return new Driver();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new Workers();
  }

  private static final class Driver implements DriverPlugin {
    private String host = "";

    @Override
    public Map<String, String> init(SparkContext spark, PluginContext context) {
      host = context.conf().get("spark.driver.host");
      return Map.of();
    }

    @Override
    public @Nullable Object receive(Object message) {
      if (message instanceof Request request) {
        return HeddleSession.admit(request, host);
      }
      if (message instanceof Check check) {
        VflException failure = HeddleSession.failure(check.blobs());
        return failure;
      }
      throw new IllegalArgumentException("Not a question of a worker");
    }
  }
}
