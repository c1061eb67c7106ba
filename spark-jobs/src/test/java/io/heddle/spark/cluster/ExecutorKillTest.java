// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An executor that dies is no more than a delay: the models, the scores and every byte that the
 * parties send are those of the undisturbed run. Over a cluster of two executors in processes of
 * their own.
 */
@Tag("spark")
@Tag("waiting")
class ExecutorKillTest {
  private static final int KILLS = Integer.getInteger("heddle.test.executor.kills", 2);

  private final Path folder;

  ExecutorKillTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private List<String> run(int kills, String... how) throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(folder.toString(), "local-cluster[2,1,640]", Integer.toString(kills)));
    arguments.addAll(List.of(how));
    return ClusterProcess.run(folder, 768, ClusterFit.class, ClusterFit.RUN, arguments);
  }

  @Test
  void job_executorsDie_isTheSameToTheLastBit() throws Exception {
    List<String> runs = run(KILLS);
    assertAllTheSame(KILLS, runs.stream().filter(run -> !isOfTrees(run)).toList());
    assertAllTheSame(2, runs.stream().filter(ExecutorKillTest::isOfTrees).toList());
  }

  @Test
  void job_executorsDieOverWhatGoesBesideTheLinks_isTheSameToTheLastBit() throws Exception {
    List<String> runs = run(4, "beside");
    assertAllTheSame(2, runs.stream().filter(run -> !isOfTrees(run)).toList());
    assertAllTheSame(2, runs.stream().filter(ExecutorKillTest::isOfTrees).toList());
  }

  private static boolean isOfTrees(String run) {
    return run.startsWith(ClusterFit.RUN + ClusterFit.TREES);
  }

  /**
   * @param disturbed how many runs besides the first one
   */
  private static void assertAllTheSame(int disturbed, List<String> runs) {
    runs.forEach(System.out::println);
    assertThat(runs).hasSize(1 + disturbed);
    assertThat(runs.stream().map(run -> run.substring(run.indexOf(':'))).distinct())
        .as(runs.toString())
        .hasSize(1);
  }
}
