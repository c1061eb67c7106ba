// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark;

import io.heddle.spark.session.SessionMetrics;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** One SparkSession for the test JVM, handed to tests that ask for it as a parameter. */
public final class SparkExtension implements ParameterResolver {
  /** The session, made on first call; stopped with the JVM. */
  public static synchronized SparkSession spark() {
    SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .appName("heddle-tests")
            // For the metrics that it shows.
            .config("spark.ui.port", 0)
            .config("spark.ui.showConsoleProgress", false)
            .config(new HashMap<String, Object>(SessionMetrics.settings(Map.of())))
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", 2)
            .config("spark.sql.warehouse.dir", "target/warehouse")
            .getOrCreate();
    spark.sparkContext().setLogLevel("OFF");
    return spark;
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == SparkSession.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.GLOBAL)
        .getOrComputeIfAbsent(SparkSession.class, ignored -> spark(), SparkSession.class);
  }
}
