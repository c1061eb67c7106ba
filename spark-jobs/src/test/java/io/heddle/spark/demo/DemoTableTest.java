// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.config.IdRule;
import io.heddle.config.PartyConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTableTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path dir;

  @Test
  void commonKeys_threeTables_idsOfAllInOrderOfFirst() throws Exception {
    DemoTable a = table("a.csv", "id,u\nk3,1\nk1,2\nk2,3\nk9,4\n", null, List.of());
    DemoTable b = table("b.csv", "id,v\nk1,5\nk2,6\nk3,7\n", null, List.of());
    DemoTable c = table("c.csv", "id,w\nk2,8\nk3,9\nk5,1\n", null, List.of());

    assertThat(DemoTable.commonKeys(List.of(a, b, c))).containsExactly(key("k3"), key("k2"));
  }

  @Test
  void columns_keysInAnyOrder_valuesFollow() throws Exception {
    DemoTable table = table("a.csv", "id,y,u,v\nk1,0,1,10\nk2,1,2,20\nk3,0,3,30\n", "y", List.of());

    assertThat(table.columns(List.of(key("k3"), key("k1"))))
        .isDeepEqualTo(new double[][] {{3, 1}, {30, 10}});
    assertThat(table.labels(List.of(key("k2"), key("k3")))).containsExactly(1, 0);
  }

  @Test
  void columns_someConfigured_onlyThose() throws Exception {
    DemoTable table = table("a.csv", "id,u,v,w\nk1,1,2,3\n", null, List.of("w", "u"));

    assertThat(table.columns(List.of(key("k1")))).isDeepEqualTo(new double[][] {{3}, {1}});
  }

  @Test
  void columns_rowWeights_areNone() throws Exception {
    DemoTable table =
        DemoTable.read(
            Files.writeString(dir.resolve("a.csv"), "id,w,y,u\nk1,2,0,5\n"),
            new PartyConfig.Data(List.of("id"), "y", "w", List.of()),
            List.<IdRule>of());

    assertThat(table.columns(List.of(key("k1")))).isDeepEqualTo(new double[][] {{5}});
  }

  @Test
  void columns_unknownKey_refused() throws Exception {
    DemoTable table = table("a.csv", "id,u\nk1,1\n", null, List.of());

    assertThatThrownBy(() -> table.columns(List.of(key("k2"))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private DemoTable table(String name, String content, @Nullable String label, List<String> columns)
      throws Exception {
    return DemoTable.read(
        Files.writeString(dir.resolve(name), content),
        new PartyConfig.Data(List.of("id"), label, null, columns),
        List.<IdRule>of());
  }

  private static byte[] key(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }
}
