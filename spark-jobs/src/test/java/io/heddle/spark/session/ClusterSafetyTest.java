// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ConfigurationException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClusterSafetyTest {
  private static Map<String, String> secured(String master) {
    Map<String, String> spark = new HashMap<>();
    spark.put("spark.master", master);
    spark.put("spark.authenticate", "true");
    spark.put("spark.io.encryption.enabled", "true");
    spark.put("spark.network.crypto.enabled", "true");
    spark.put("spark.network.crypto.cipher", "AES/GCM/NoPadding");
    return spark;
  }

  @ParameterizedTest
  @ValueSource(strings = {"local", "local[1]", "local[*]", "local[2,3]", "local[*,4]"})
  void require_oneProcess_needsNothing(String master) {
    assertThatCode(() -> ClusterSafety.require(Map.of("spark.master", master)))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "spark://host:7077",
        "yarn",
        "k8s://https://host:443",
        "local-cluster[2,1,1024]",
        "other"
      })
  void require_openCluster_namesAllThatIsMissing(String master) {
    assertThatThrownBy(() -> ClusterSafety.require(Map.of("spark.master", master)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("spark.authenticate = true")
        .hasMessageContaining("spark.io.encryption.enabled = true")
        .hasMessageContaining("spark.ssl.rpc.enabled = true")
        .hasMessageContaining("AES/GCM/NoPadding")
        .hasMessageContaining("--insecure-local");
    assertThatCode(() -> ClusterSafety.require(secured(master))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @CsvSource({
    "spark.authenticate, false",
    "spark.authenticate, ''",
    "spark.io.encryption.enabled, false",
    "spark.network.crypto.enabled, false",
    "spark.network.crypto.cipher, AES/CTR/NoPadding",
    "spark.network.crypto.cipher, ''"
  })
  void require_oneSettingOpen_isRefused(String key, String value) {
    Map<String, String> spark = secured("yarn");
    spark.put(key, value);
    assertThatThrownBy(() -> ClusterSafety.require(spark))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(key);
    spark.remove(key);
    assertThatThrownBy(() -> ClusterSafety.require(spark))
        .isInstanceOf(ConfigurationException.class);
  }

  @Test
  void require_rpcOverTls_standsForAesGcm() {
    Map<String, String> spark = secured("yarn");
    spark.remove("spark.network.crypto.enabled");
    spark.remove("spark.network.crypto.cipher");
    spark.put("spark.ssl.rpc.enabled", "true");
    assertThatCode(() -> ClusterSafety.require(spark)).doesNotThrowAnyException();
  }
}
