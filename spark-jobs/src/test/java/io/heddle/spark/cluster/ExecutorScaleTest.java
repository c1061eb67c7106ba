// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Trees of one executor and of two, one core each, are the same. How long each takes to add up is
 * printed: with {@code -Dexecutor.rows=800000} on a machine of its own two take not much more than
 * half; with few rows what comes with each task hides that. Only with a number of rows.
 */
@Tag("spark")
@Tag("waiting")
@EnabledIfSystemProperty(named = "heddle.test.executor.rows", matches = "[1-9]\\d*")
class ExecutorScaleTest {
  private static final int ROWS = Integer.getInteger("heddle.test.executor.rows", 0);
  // A ciphertext of a row has half a kibibyte, and stands twice in either place.
  private static final int DRIVER_MEBIBYTES = 768 + ROWS / 150;
  private static final int EXECUTOR_MEBIBYTES = 640 + ROWS / 250;

  private final Path folder;

  ExecutorScaleTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private List<String> run(int executors) throws Exception {
    List<String> lines =
        ClusterProcess.run(
            Files.createDirectory(folder.resolve("executors-" + executors)),
            DRIVER_MEBIBYTES,
            AddingUp.class,
            AddingUp.LINE,
            List.of(
                "local-cluster[" + executors + ",1," + EXECUTOR_MEBIBYTES + "]",
                Integer.toString(ROWS),
                EXECUTOR_MEBIBYTES + "m"));
    lines.forEach(line -> System.out.println(executors + " of one core, " + line));
    return lines;
  }

  @Test
  void trees_ofOneExecutorAndOfTwo_areTheSame() throws Exception {
    List<String> trees = new ArrayList<>();
    for (int executors = 1; executors <= 2; executors++) {
      trees.addAll(
          run(executors).stream().filter(line -> line.startsWith(AddingUp.TREES)).toList());
    }
    assertThat(trees).hasSize(2);
    assertThat(trees.get(0)).isEqualTo(trees.get(1));
  }
}
