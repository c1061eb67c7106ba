// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.config.Overrides;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a party's file says of its gateway, and the file with the password. */
class TlsExchangeTest {
  private final Path directory;

  TlsExchangeTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private PartyConfig party(String proxy) throws IOException {
    Path file =
        Files.writeString(directory.resolve("heddle.conf"), "party = bank\nproxy " + proxy + "\n");
    return PartyConfig.load(file, Overrides.NONE);
  }

  private void password(String text, String mode) throws IOException {
    Path file = Files.writeString(directory.resolve("proxy.password"), text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static final String WITH_USER = "{ address = \"http://gateway:3128\", user = me }";

  @Test
  void proxy_withUser_readsThePasswordAndShowsTheAddressOnly() throws IOException {
    password("secret words\n", "rw-------");

    assertThat(TlsExchange.proxy(party(WITH_USER))).hasToString("proxy http://gateway:3128");
  }

  @Test
  void proxy_withoutUser_needsNoFile() throws IOException {
    assertThat(TlsExchange.proxy(party("{ address = \"socks5://[::1]:1080\" }")))
        .hasToString("proxy socks5://[::1]:1080");
  }

  @Test
  void proxy_noPasswordFile_isRefused() throws IOException {
    PartyConfig party = party(WITH_USER);

    assertThatThrownBy(() -> TlsExchange.proxy(party))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("No file " + directory.resolve("proxy.password"))
        .hasMessageContaining("proxy.password-file");
  }

  @Test
  void proxy_passwordThatOthersMayRead_isRefused() throws IOException {
    password("secret words", "rw-r--r--");
    PartyConfig party = party(WITH_USER);

    assertThatThrownBy(() -> TlsExchange.proxy(party))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("proxy.password-file")
        .hasMessageContaining("0600")
        .hasMessageNotContaining("secret");
  }

  @Test
  void proxy_passwordThatNoProxyTakes_isRefusedAndNotShown() throws IOException {
    password("secret".repeat(50), "rw-------");
    PartyConfig party = party(WITH_USER);

    assertThatThrownBy(() -> TlsExchange.proxy(party))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("must have 1 to 255")
        .hasMessageNotContaining("secret");
  }
}
