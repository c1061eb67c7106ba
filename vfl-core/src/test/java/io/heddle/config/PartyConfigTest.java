// SPDX-License-Identifier: Apache-2.0
package io.heddle.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ConfigurationException;
import io.heddle.party.BinsConsent;
import io.heddle.party.PartyId;
import io.heddle.party.PredictorConsent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PartyConfigTest {
  private static final String PRINT = "sha256:" + "0a".repeat(32);

  private final Path directory;

  PartyConfigTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("heddle.conf"), text);
  }

  private PartyConfig load(String text, String... settings) throws IOException {
    return PartyConfig.load(file(text), Overrides.ofArguments(List.of(settings)));
  }

  @Test
  void load_nameOnly_hasDocumentedDefaults() throws IOException {
    PartyConfig config = load("party = bank");

    assertThat(config.party()).isEqualTo(new PartyId("bank"));
    assertThat(config.listen()).isEqualTo(new PartyConfig.Listen("0.0.0.0", 7717, false));
    assertThat(config.identity().keyStore()).isEqualTo(directory.resolve("identity.p12"));
    assertThat(config.identity().passwordFile()).isEqualTo(directory.resolve("identity.password"));
    assertThat(config.peers()).isEmpty();
    assertThat(config.timeouts().connect()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.timeouts().receive()).isEqualTo(Duration.ofHours(2));
    assertThat(config.timeouts().reconnect()).isEqualTo(Duration.ofMinutes(10));
    assertThat(config.timeouts().idle()).isEqualTo(Duration.ofSeconds(60));
    assertThat(config.privacy())
        .isEqualTo(
            new PartyConfig.Privacy(
                2048, 1, 10_000_000, 50, PredictorConsent.LIMITED, BinsConsent.LIMITED));
    assertThat(config.data()).isEqualTo(new PartyConfig.Data(List.of(), null, null, List.of()));
    assertThat(config.oprf())
        .isEqualTo(new PartyConfig.Oprf(directory.resolve("oprf"), Duration.ofDays(7), 1_000_000));
    assertThat(config.ledger())
        .isEqualTo(
            new PartyConfig.Ledger(directory.resolve("psi-ledger.jsonl"), Duration.ofDays(30)));
    assertThat(config.traceDirectory()).isNull();
  }

  @Test
  void load_everyKey_isRead() throws IOException {
    Files.writeString(
        directory.resolve("peers.conf"),
        "peers.shop { address = \"[::1]:4444\", fingerprint = \""
            + PRINT
            + "\", psi-quota = 1099511627776 }");
    PartyConfig config =
        load(
            """
            include "peers.conf"
            party = bank   # a comment
            listen { host = 127.0.0.1, port = 4443 }
            identity { key-store = keys/me.p12, password-file = /secret/word }
            channel { connect-timeout = 2 minutes, handshake-timeout = 3 s, idle-timeout = 500 ms, receive-timeout = 1 h, reconnect-timeout = 7 s }
            privacy { min-key-bits = 3072, min-intersection = 100, max-peer-set-size = 5000
              consent { labels = 10, predictor = no } }
            data { id = [first, last], label = y, weight = w, columns = [a, b] }
            psi.oprf { directory = kept, key-lifetime = 2 h, max-queries = 5000 }
            psi { ledger = notes/l.jsonl, quota-period = 1 h }
            trace.dir = trace
            """);

    assertThat(config.peers())
        .isEqualTo(
            Map.of(
                new PartyId("shop"),
                new PartyConfig.Peer(
                    new Address("::1", 4444),
                    PRINT,
                    true,
                    PartyConfig.Transport.TCP,
                    PartyConfig.Dialling.OWN,
                    List.of(),
                    true,
                    1L << 40)));
    assertThat(config.effective())
        .containsEntry("listen.host", "127.0.0.1")
        .containsEntry("listen.port", "4443")
        .containsEntry("identity.key-store", directory.resolve("keys/me.p12").toString())
        .containsEntry("identity.password-file", "/secret/word")
        .containsEntry("peers.shop.address", "[::1]:4444")
        .containsEntry("peers.shop.fingerprint", PRINT)
        .containsEntry("channel.connect-timeout", "120 s")
        .containsEntry("channel.handshake-timeout", "3 s")
        .containsEntry("channel.idle-timeout", "500 ms")
        .containsEntry("channel.receive-timeout", "3600 s")
        .containsEntry("channel.reconnect-timeout", "7 s")
        .containsEntry("privacy.min-key-bits", "3072")
        .containsEntry("privacy.min-intersection", "100")
        .containsEntry("privacy.max-peer-set-size", "5000")
        .containsEntry("privacy.consent.labels", "10")
        .containsEntry("privacy.consent.predictor", "no")
        .containsEntry("data.id", "first,last")
        .containsEntry("data.label", "y")
        .containsEntry("data.weight", "w")
        .containsEntry("data.columns", "a,b")
        .containsEntry("psi.oprf.directory", directory.resolve("kept").toString())
        .containsEntry("psi.oprf.key-lifetime", "7200 s")
        .containsEntry("psi.oprf.max-queries", "5000")
        .containsEntry("psi.ledger", directory.resolve("notes/l.jsonl").toString())
        .containsEntry("psi.quota-period", "3600 s")
        .containsEntry("peers.shop.psi-quota", "1099511627776")
        .containsEntry("trace.dir", directory.resolve("trace").toString());
  }

  @Test
  void load_environmentVariable_isUsedInTheOwnFile() throws IOException {
    assertThat(load("party = bank, data.label = ${PATH}").data().label())
        .isEqualTo(System.getenv("PATH"));
  }

  @Test
  void features_noneSet_areAllOtherColumnsInTheTablesOrder() {
    List<String> present = List.of("z", "y", "id", "a", "w", "id2");
    List<String> ids = List.of("id", "id2");
    assertThat(new PartyConfig.Data(ids, "y", "w", List.of()).features(present))
        .containsExactly("z", "a");
    assertThat(new PartyConfig.Data(ids, null, null, List.of()).features(present))
        .containsExactly("z", "y", "a", "w");
    assertThat(new PartyConfig.Data(ids, "y", "w", List.of()).features(ids)).isEmpty();
  }

  @Test
  void features_set_areTheseWhetherPresentOrNot() {
    assertThat(
            new PartyConfig.Data(List.of("id"), "y", null, List.of("b", "a"))
                .features(List.of("id", "a", "c")))
        .containsExactly("b", "a");
  }

  @Test
  void load_overrides_goBeforeTheFile() throws IOException {
    PartyConfig config =
        PartyConfig.load(
            file("party = bank, privacy.consent.predictor = no, listen.port = 1"),
            Overrides.ofArguments(
                    List.of("privacy.consent.predictor=full", "data.id=a, b", "seed=3"))
                .before(
                    Overrides.ofSpark(
                        Map.of(
                            "spark.heddle.listen.port", "9",
                            "spark.heddle.privacy.consent.predictor", "limited",
                            "spark.heddle.config", "x",
                            "spark.master", "local"))));

    assertThat(config.privacy().predictor()).isEqualTo(PredictorConsent.FULL);
    assertThat(config.listen().port()).isEqualTo(9);
    assertThat(config.data().id()).containsExactly("a", "b");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "listen.port = 0 | listen.port = 0 | a whole number from 1 to 65535",
        "listen.port = 99999999999999999999 | listen.port | a whole number from 1 to 65535",
        "listen.port = [1] | listen.port = [1] | a whole number",
        "listen = 5 | listen | listen.host",
        "privacy.min-key-bits = 1024 | privacy.min-key-bits = 1024 | 2048",
        "privacy.min-key-bits = 2500 | privacy.min-key-bits = 2500 | 2048, 3072 or 4096",
        "privacy.consent.labels = 9 | privacy.consent.labels = 9 | from 10",
        "privacy.consent.predictor = yes | privacy.consent.predictor | no, limited, full",
        "privacy.consent.bins = no | privacy.consent.bins | limited, full",
        "psi.oprf.key-lifetime = 1 s | psi.oprf.key-lifetime | a time from 60 s to",
        "psi.quota-period = 59 minutes | psi.quota-period | a time from 3600 s to 315360000 s",
        "psi.quota-period = 3651 d | psi.quota-period | a time from 3600 s to 315360000 s",
        "psi.ledger = '' | psi.ledger | a path, or none",
        "peers.shop.psi-quotas = 1 | peers.shop.psi-quotas | .semi-honest or .psi-quota",
        "psi.oprf.max-queries = 0 | psi.oprf.max-queries = 0 | a whole number from 1",
        "privacy.min-intersection = 0 | privacy.min-intersection | from 1",
        "channel.idle-timeout = soon | channel.idle-timeout | a time from 100 ms to 86400 s",
        "channel.idle-timeout = 1 ms | channel.idle-timeout | a time from 100 ms",
        "blobs.from-bytes = -1 | blobs.from-bytes | from 0",
        "blobs.quota-bytes = 1000 | blobs.quota-bytes | from 1048576",
        "data.id = [a, a] | data.id | none twice",
        "data.id = [a, ' '] | data.id | ",
        "data.id = {a = 1} | data.id.a | data.id",
        "data { id = a, label = a } | data.id | other than data.label",
        "data { id = [a, w], weight = w } | data.id | other than data.weight",
        "data { weight = b, columns = [a, b] } | data.columns | other than data.weight",
        "data { label = y, weight = y } | data.weight | a column other than data.label",
        "data.weight = [w] | data.weight | a column name",
        "data.id = [a, b], gbt.leafCol = B | gbt.leafCol = \"B\" | other than those of data.id",
        "gbt.leafCol = Prediction | gbt.leafCol | other than those that scores have",
        "gbt.leafCol = probability_2 | gbt.leafCol | other than those that scores have",
        "gbt.leafCol = heddle_label | gbt.leafCol | other than those that scores have",
        "gbt.leafCol = \"\" | gbt.leafCol | a column name",
        "data { id = a, columns = [a, b] } | data.columns | other than those of data.id",
        "privacy.consent.label = 10 | privacy.consent.label | did you mean privacy.consent.labels?",
        "seed = 7 | seed | this key belongs into job.conf",
        "peers.Shop.address = \"x:1\" | peers.Shop.address | peers.<party>.address",
        "peers.shop.addres = \"x:1\" | peers.shop.addres | peers.<party>.address",
        "peers.shop.address = \"x:1\" | peers.shop.fingerprint | sha256:",
        "peers.shop.dial = sometimes | peers.shop.dial = \"sometimes\" | own, both, never",
        "peers.shop { dial = both, fingerprint = x } | peers.shop.address | host:port",
        "blobs.exchanges = [\"x:1\", \"x\"] | blobs.exchanges | host:port, or a list of them",
        "blobs.exchanges = [\"x:1\", \"x:1\"] | blobs.exchanges | none twice",
        "peers.shop { dial = never, address = \"x\", fingerprint = x } | peers.shop.address | host:port",
        "listen.websocket = yes | listen.websocket = \"yes\" | true or false",
        "colour = red | colour | must be one of blobs.exchanges, blobs.from-bytes",
        "data { table = t, format = orc } | data.format | left out where the rows are in no file",
        "data.format = xml | data.format = \"xml\" | csv, parquet, orc, json",
        "data.jdbc.user = u | data.jdbc.user | left out where there is no data.jdbc.url",
        "data.jdbc.url = 'jdbc:x' | data.jdbc.table | or data.jdbc.query a SELECT",
        "data.jdbc { url = 'jdbc:x', table = t, query = q } | data.jdbc.table | data.jdbc.query is set",
        "data.jdbc { url = 'jdbc:x', query = 'q;' } | data.jdbc.query | without a semicolon",
        "data { table = t, jdbc { url = 'jdbc:x', table = t } } | data.table | data.jdbc.url is set",
        "data.jdbc { url = 'x', table = t } | data.jdbc.url | begins with jdbc:",
        "data.jdbc { url = 'jdbc:x', table = t, password-file = p } | data.jdbc.password-file | no data.jdbc.user",
        "data.jdbc { url = 'jdbc:x', table = t, lower-bound = 1 } | data.jdbc.lower-bound | set together with data.jdbc.partition-column",
        "data.jdbc { url = 'jdbc:x', table = t, fetch-size = 0 } | data.jdbc.fetch-size = 0 | from 1",
        "data.jdbc.password = p | data.jdbc.password | did you mean data.jdbc.password-file?",
        "proxy.address = \"ftp://h:1\" | Invalid proxy.address ( | http://host:port or socks5://host:port",
        "proxy.address = \"http://h\" | Invalid proxy.address ( | http://host:port or socks5://host:port",
        "proxy.address = \"http://h:1/\" | Invalid proxy.address ( | http://host:port or socks5://host:port",
        "proxy.user = u | proxy.user | left out where there is no proxy.address",
        "proxy.password-file = u | proxy.password-file | left out where there is no proxy.address",
        "proxy {address = \"http://h:1\", user = \"a:b\"} | proxy.user | without colons",
      })
  void load_badSetting_namesKeyPlaceAndWhatIsAllowed(String line, String key, String allowed)
      throws IOException {
    assertThatThrownBy(() -> load("party = bank\n\n" + line.replace('\'', '"')))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("heddle.conf")
        .hasMessageContaining(allowed == null ? "" : allowed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://me:secret@h:1", "me:secret@h:1", "http://h:1?secret"})
  void load_secretInTheAddressOfAProxy_isRefusedAndNotShown(String address) {
    assertThatThrownBy(() -> load("party = bank\nproxy.address = \"" + address + "\""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("heddle.conf:2")
        .hasMessageContaining("proxy.password-file")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> load("party = bank", "proxy.address=" + address))
        .hasMessageContaining("--set")
        .hasMessageNotContaining("secret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:h2:mem:a;USER=sa;PASSWORD=hush",
        "jdbc:postgresql://h/db?user=me&password=hush",
        "jdbc:postgresql://me:hush@h/db",
        "jdbc:sqlserver://h;user=sa;pwd = hush",
        "jdbc:oracle:thin:me/hush@h:1521:db",
        "jdbc:mysql://address=(host=h)(user=me)(passwd=hush)/db",
        "jdbc:x://h?accessToken=hush",
        "postgresql://h/hush"
      })
  void load_secretInTheAddressOfADatabase_isRefusedAndNotShown(String url) {
    for (String given : List.of("", "data.jdbc.url=" + url)) {
      assertThatThrownBy(
              () ->
                  load(
                      "party = bank\ndata.jdbc { table = t, url = \"" + url + "\" }",
                      given.isEmpty() ? new String[0] : new String[] {given}))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("Invalid data.jdbc.url (")
          .hasMessageContaining("data.jdbc.password-file")
          .hasMessageNotContaining("hush");
    }
  }

  @Test
  void sources_database_areReadWithDefaults() throws IOException {
    PartyConfig config =
        load(
            """
            party = bank
            data.jdbc {
              url = "jdbc:postgresql://db.example:5432/crm?ssl=true&sslmode=verify-full"
              user = reader, password-file = db.password
              query = \"""
                SELECT id
                FROM customers\"""
            }
            """);

    DataSource source = config.sources().choose(null);
    assertThat(source)
        .isEqualTo(
            new DataSource.Jdbc(
                "jdbc:postgresql://db.example:5432/crm?ssl=true&sslmode=verify-full",
                null,
                "reader",
                directory.resolve("db.password"),
                "SELECT id\n    FROM customers",
                true,
                10_000,
                null));
    assertThat(source.words()).isEqualTo("the query data.jdbc.query");
    assertThat(config.effective())
        .containsEntry("data.jdbc.fetch-size", "10000")
        .containsEntry("data.jdbc.user", "reader")
        .doesNotContainKey("data.jdbc.table");
  }

  @Test
  void choose_notExactlyOneSource_saysWhichAreAllowed() throws IOException {
    for (String given :
        List.of("", "data.table = t", "data.jdbc { url = \"jdbc:x\", table = t }")) {
      DataSources sources = load("party = bank\n" + given).sources();
      assertThatThrownBy(() -> sources.choose(given.isEmpty() ? null : "t.csv"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining(
              given.isEmpty()
                  ? "No source of rows"
                  : given.contains("jdbc") ? "--data and data.jdbc.url" : "--data and data.table")
          .hasMessageContaining("heddle.conf")
          .hasMessageContaining("must be one of --data FILE, data.table ")
          .hasMessageContaining("and data.jdbc.url");
    }
    assertThat(load("party = bank, data.format = orc").sources().choose("t"))
        .isEqualTo(new DataSource.File("t", DataSource.Format.ORC));
    assertThat(load("party = bank").sources().choose("t"))
        .isEqualTo(new DataSource.File("t", null));
  }

  @Test
  void resultSettings_database_holdWhichRowsNotHow() throws IOException {
    String base = "party = bank\ndata.jdbc { url = \"jdbc:x\", table = t, user = u }\n";
    String ranges = "partition-column = a, lower-bound = 1, upper-bound = 9, partitions = 4";
    String before = load(base).resultSettings();

    assertThat(
            load(base
                    + "data.jdbc { password-file = p, driver = d, fetch-size = 7, "
                    + ranges
                    + "}")
                .resultSettings())
        .isEqualTo(before);
    for (String other : List.of("url=jdbc:y", "table=s", "user=v")) {
      assertThat(load(base, "data.jdbc." + other).resultSettings()).isNotEqualTo(before);
    }
    assertThat(load("party = bank\ndata.table = t").resultSettings())
        .isNotEqualTo(load("party = bank\ndata.table = s").resultSettings());
  }

  @Test
  void load_proxy_isForAllPeersButThoseThatSayNo() throws IOException {
    PartyConfig config =
        load(
            "party = bank\nproxy { address = \"socks5://[::1]:1080\", user = me }\n"
                + "peers.shop { address = \"h:1\", fingerprint = \""
                + PRINT
                + "\" }\npeers.mall { address = \"h:2\", proxy = false, fingerprint = \""
                + PRINT
                + "\" }");

    assertThat(config.proxy())
        .isEqualTo(
            new PartyConfig.Proxy(true, "::1", 1080, "me", directory.resolve("proxy.password")));
    assertThat(config.effective())
        .containsEntry("proxy.address", "socks5://[::1]:1080")
        .containsEntry("proxy.user", "me")
        .containsEntry("proxy.password-file", directory.resolve("proxy.password").toString())
        .containsEntry("peers.mall.proxy", "false")
        .doesNotContainKey("peers.shop.proxy");
    assertThat(config.peers().values().stream().map(PartyConfig.Peer::throughProxy))
        .containsExactly(false, true);
  }

  private static String peer(String name, String more) {
    return "\npeers." + name + " { fingerprint = \"" + PRINT + "\", " + more + " }";
  }

  @Test
  void load_peerThatIsNeverDialled_needsNoAddress() throws IOException {
    PartyConfig config = load("party = bank" + peer("shop", "dial = never"));

    assertThat(config.peers().values())
        .containsExactly(
            new PartyConfig.Peer(
                null,
                PRINT,
                true,
                PartyConfig.Transport.TCP,
                PartyConfig.Dialling.NEVER,
                List.of(),
                true,
                null));
    assertThat(config.effective())
        .containsEntry("peers.shop.dial", "never")
        .doesNotContainKey("peers.shop.address")
        .containsEntry("listen.port", "7717");
  }

  @Test
  void load_quotas_areThoseOfPeersThatHaveOne() throws IOException {
    PartyConfig config =
        load(
            "party = bank, psi.quota-period = 3650 d"
                + peer("shop", "address = \"h:1\", psi-quota = 1")
                + peer("mall", "address = \"h:2\""));

    assertThat(config.psiQuotas()).isEqualTo(Map.of(new PartyId("shop"), 1L));
    assertThat(config.ledger().quotaPeriod()).isEqualTo(Duration.ofDays(3650));
    assertThat(config.effective()).doesNotContainKey("peers.mall.psi-quota");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "1099511627777", "many", "1.5"})
  void load_badQuota_isRefused(String quota) {
    assertThatThrownBy(
            () -> load("party = bank" + peer("shop", "address = \"h:1\", psi-quota = " + quota)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid peers.shop.psi-quota")
        .hasMessageContaining("must be a whole number from 1 to 1099511627776");
  }

  @Test
  void load_noLedger_isForPartiesWithoutQuotas() throws IOException {
    PartyConfig config = load("party = bank, psi.ledger = none");

    assertThat(config.ledger().file()).isNull();
    assertThat(config.effective()).containsEntry("psi.ledger", "none");
    assertThatThrownBy(
            () ->
                load(
                    "party = bank" + peer("shop", "address = \"h:1\", psi-quota = 5"),
                    "psi.ledger=none"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid peers.shop.psi-quota = 5")
        .hasMessageContaining("left out where psi.ledger = none");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[\"x:1\", \"[::1]:2\"]", "\"x:1, [::1]:2\""})
  void load_exchanges_areAListOfAddresses(String written) throws IOException {
    PartyConfig config =
        load(
            "party = bank, blobs.exchanges = "
                + written
                + peer("shop", "address = \"h:1\", exchanges = " + written));

    List<Address> expected = List.of(new Address("x", 1), new Address("::1", 2));
    assertThat(config.blobs().exchanges()).isEqualTo(expected);
    assertThat(config.peers().values().stream().map(PartyConfig.Peer::exchanges))
        .containsExactly(expected);
    assertThat(config.effective())
        .containsEntry("blobs.exchanges", "x:1,[::1]:2")
        .containsEntry("peers.shop.exchanges", "x:1,[::1]:2");
  }

  @Test
  void load_allPeersDialledBothWays_doesNotListen() throws IOException {
    String shop = peer("shop", "dial = both, address = \"h:1\"");
    PartyConfig config = load("party = bank, listen.port = 1" + shop);

    assertThat(config.isDialled()).isFalse();
    assertThat(config.effective())
        .containsEntry("peers.shop.dial", "both")
        .doesNotContainKeys("listen.host", "listen.port", "listen.websocket");
    assertThat(load("party = bank" + shop + peer("mall", "address = \"h:2\"")).isDialled())
        .isTrue();
    assertThat(load("party = bank" + shop + peer("mall", "dial = never")).isDialled()).isTrue();
  }

  @Test
  void load_badValue_namesTheLine() throws IOException {
    assertThatThrownBy(() -> load("party = bank\n\nlisten.port = 70000\n"))
        .hasMessage(
            "Invalid listen.port = 70000 ("
                + directory.resolve("heddle.conf")
                + ":3): must be a whole number from 1 to 65535");
  }

  @Test
  void load_badOverride_namesTheCommandLine() {
    assertThatThrownBy(() -> load("party = bank", "listen.port=x"))
        .hasMessageContaining("listen.port = \"x\" (--set)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"no-port", "host:", "host:0", "host:65536", ":1", "::1:80", "a b:1"})
  void load_badAddress_isRefused(String address) {
    assertThatThrownBy(
            () ->
                load(
                    "party = bank\npeers.shop { fingerprint = \""
                        + PRINT
                        + "\"\naddress = \""
                        + address
                        + "\" }"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid peers.shop.address")
        .hasMessageContaining(":3): must be host:port");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "md5:00",
        "sha256:00",
        "0a0a",
        "sha256:0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A"
      })
  void load_badFingerprint_isRefused(String fingerprint) {
    assertThatThrownBy(
            () ->
                load(
                    "party = bank\npeers.shop { address = \"h:1\", fingerprint = \""
                        + fingerprint
                        + "\" }"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Invalid peers.shop.fingerprint")
        .hasMessageContaining("must be sha256: and 64");
  }

  @Test
  void load_peerIsSelf_isRefused() {
    assertThatThrownBy(
            () -> load("party=bank, peers.bank{address=\"h:1\",fingerprint=\"" + PRINT + "\"}"))
        .hasMessageContaining("bank is this party itself");
  }

  @Test
  void load_noParty_isRefused() {
    assertThatThrownBy(() -> load("listen.port = 1"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("Missing setting party");
  }

  @Test
  void load_invalidName_isRefused() {
    assertThatThrownBy(() -> load("party = \"The Bank\""))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("heddle.conf:1")
        .hasMessageContaining("lower-case letters");
  }

  @Test
  void load_noFile_isRefused() {
    assertThatThrownBy(() -> PartyConfig.load(directory.resolve("none.conf"), Overrides.NONE))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("No configuration file " + directory.resolve("none.conf"));
  }

  @Test
  void load_notHocon_namesTheLine() {
    assertThatThrownBy(() -> load("party = bank\nlisten {\n"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("heddle.conf: 3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"seed", "=7", "sead=7", "spark=1"})
  void overrides_malformedOrUnknown_areRefused(String assignment) {
    assertThatThrownBy(() -> Overrides.ofArguments(List.of(assignment)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--set");
  }

  @Test
  void overrides_findTheirFile() {
    Overrides overrides =
        Overrides.ofArguments(List.of("privacy.consent.labels=10", "logistic.tol=1e-10", "seed=1"));

    assertThat(overrides.forParty()).containsOnlyKeys("privacy.consent.labels");
    assertThat(overrides.forJob()).isEqualTo(Map.of("logistic.tol", "1e-10", "seed", "1"));
  }
}
