// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Blobs;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.netty.DataWays;
import io.heddle.channel.netty.Proxy;
import io.heddle.channel.netty.Route;
import io.heddle.error.ConfigurationException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.spark.session.WorkerPlugin.Pass;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.plugin.DriverPlugin;
import org.junit.jupiter.api.Test;

class WorkerPluginTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId SHOP = new PartyId("shop");
  private static final String PRINT = "sha256:" + "ab".repeat(32);

  private final DriverPlugin driver = new WorkerPlugin().driverPlugin();

  @Test
  void pass_throughBytes_isTheSame() throws Exception {
    Route past = new Route(new Proxy(Proxy.Kind.SOCKS5, "gate", 1080, "me", "word"), true);
    DataWays ways =
        new DataWays(
            BANK,
            Map.of(
                BANK,
                new DataWays.Ways(
                    PRINT, List.of(), new DataWays.Way("10.0.0.1", 7717, Route.DIRECT)),
                SHOP,
                new DataWays.Ways(
                    PRINT,
                    List.of(
                        new DataWays.Way("shop.example", 1, past),
                        new DataWays.Way("shop.example", 2, past)),
                    null)),
            ExchangeTimeouts.DEFAULT);
    byte[] bytes = new Pass(ways, List.of(new byte[] {1, 2}, new byte[] {3})).toBytes();
    Pass again = Pass.read(bytes);
    assertThat(again).usingRecursiveComparison().isEqualTo(Pass.read(again.toBytes()));
    assertThat(again.toBytes()).hasSameSizeAs(bytes);
    assertThat(again.ways().timeouts()).isEqualTo(ways.timeouts());
    assertThat(again.ways().all().get(BANK)).isEqualTo(ways.all().get(BANK));
    assertThat(again.ways().all().get(SHOP))
        .usingRecursiveComparison()
        .isEqualTo(ways.all().get(SHOP));
    assertThat(again.chain().get(1)).containsExactly(3);
    assertThat(again.ways().toString()).doesNotContain("word");
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> Pass.read(cut)).isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  void receive_ofASessionThatIsNotOpen_givesNothing() throws Exception {
    Blobs blobs = new Blobs(BANK, "cd".repeat(32));
    assertThatThrownBy(() -> driver.receive(WorkerPlugin.admit(blobs, new byte[91])))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("not open");
    assertThat(WorkerPlugin.reason((byte[]) driver.receive(WorkerPlugin.check(blobs))))
        .isEqualTo("The session has ended");
    assertThatThrownBy(() -> driver.receive("a word")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> driver.receive(new byte[0])).isInstanceOf(ProtocolException.class);
  }

  @Test
  void settings_pluginsOfOthers_stay() {
    String own = WorkerPlugin.class.getName();
    assertThat(WorkerPlugin.settings(Map.of())).containsEntry("spark.plugins", own);
    assertThat(WorkerPlugin.settings(Map.of("spark.plugins", "a.B")))
        .containsEntry("spark.plugins", "a.B," + own);
    assertThat(WorkerPlugin.settings(Map.of("spark.plugins", "a.B, " + own))).isEmpty();
  }

  @Test
  void requireWorkers_clusterWithoutThePlugin_saysWhatToSet() {
    assertThatThrownBy(() -> ClusterSafety.requireWorkers(Map.of("spark.master", "spark://h:1")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("spark.plugins must name io.heddle.spark.session.WorkerPlugin");
    ClusterSafety.requireWorkers(Map.of("spark.master", "local[2]"));
    ClusterSafety.requireWorkers(
        Map.of("spark.master", "spark://h:1", "spark.plugins", WorkerPlugin.class.getName()));
  }
}
