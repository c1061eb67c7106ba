// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.StoresInMemory;
import io.heddle.channel.TappedChannel;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.checkpoint.BlobStore;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.encoding.RowPacking;
import io.heddle.error.ConfigurationException;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.Traffic;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.Fits.Joined;
import io.heddle.train.logistic.LogisticMessage.ResidualBlobs;
import io.heddle.train.logistic.LogisticMessage.ResidualChunk;
import io.heddle.train.shared.BlobEncryption.Named;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Residuals go from store to store, beside real links, and nothing else changes. */
class ResidualBlobsTest {
  private static final LogisticTerms TERMS = LogisticTerms.builder().maxIter(3).tol(0).build();

  /** Two blobs, the last of them short. */
  private static final Joined JOINED = Fits.generate(21_321, 5, 1, 2, 2);

  private final Map<PartyId, BlobStore> stores = new TreeMap<>();
  private final Map<PartyId, List<BlobStore>> exchanges = new TreeMap<>();
  private Consumer<PartyId> afterPass = party -> {};

  ResidualBlobsTest() {
    for (PartyId party : List.of(Fits.BANK, Fits.featureHolder(1), Fits.featureHolder(2))) {
      stores.put(party, BlobStore.temporary(64 << 20));
    }
  }

  @AfterEach
  void close() {
    stores.values().forEach(BlobStore::close);
    exchanges.values().forEach(each -> each.forEach(BlobStore::close));
  }

  /** What a party ends with, and how much its store held after each pass. */
  private record End(LogisticFit fit, List<Long> used, Traffic traffic) {}

  private SortedMap<PartyId, End> fit(UnaryOperator<Channel> wrapLabel) {
    Map<PartyId, Parties.Code<End>> parties = new TreeMap<>();
    for (int k = 0; k < JOINED.holders().size(); k++) {
      PartyId party = k == 0 ? Fits.BANK : Fits.featureHolder(k);
      PartyTable table = Fits.table(JOINED.holders().get(k), JOINED.rows(), k + 2);
      List<Long> used = new ArrayList<>();
      PassListener listener =
          (pass, coefficients) -> {
            used.add(usedBytes(party));
            synchronized (this) {
              afterPass.accept(party);
            }
          };
      parties.put(
          party,
          session -> {
            Channel step = Fits.begin(session, TERMS);
            LogisticFit fit =
                party.equals(Fits.BANK)
                    ? new LogisticLabelHolder(
                            TERMS, Fits.FULL, Fits.KEY, session::privateRandomness, Fits.seed())
                        .fit(
                            wrapLabel.apply(step),
                            table,
                            JOINED.labels(),
                            null,
                            listener,
                            Progress.NONE)
                    : new LogisticFeatureHolder(TERMS, Fits.FULL, session::privateRandomness)
                        .fit(step, Fits.BANK, table, 0, listener, Progress.NONE);
            return new End(fit, used, session.traffic());
          });
    }
    return Parties.run(new NettyNetwork().with(stores, exchanges), Fits.TYPES, parties);
  }

  private long usedBytes(PartyId party) {
    return Objects.requireNonNull(stores.get(party)).usedBytes()
        + exchanges.getOrDefault(party, List.of()).stream().mapToLong(BlobStore::usedBytes).sum();
  }

  private static Traffic.Line line(End end, Class<? extends Message> type) {
    return end.traffic().lines().stream()
        .filter(line -> line.type().equals(type))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void fit_besideTheLinks_isTheFitOverTheLinksAndLeavesNothing() {
    assertIsTheFitOverTheLinks();
  }

  @Test
  void fit_processesForBlobs_isTheFitOverTheLinksAndNoDriverHasThem() {
    Map<PartyId, Set<Long>> driver = new TreeMap<>();
    exchanges.put(Fits.BANK, List.of(BlobStore.temporary(64 << 20)));
    exchanges.put(
        Fits.featureHolder(1),
        Stream.generate(() -> BlobStore.temporary(64 << 20)).limit(2).toList());
    afterPass =
        party ->
            driver
                .computeIfAbsent(party, name -> new TreeSet<>())
                .add(Objects.requireNonNull(stores.get(party)).usedBytes());

    assertIsTheFitOverTheLinks();
    assertThat(driver.get(Fits.BANK)).containsExactly(0L);
    assertThat(driver.get(Fits.featureHolder(1))).containsExactly(0L);
    assertThat(driver.get(Fits.featureHolder(2))).noneMatch(bytes -> bytes == 0);
    assertThat(exchanges.values())
        .allSatisfy(each -> assertThat(each).allMatch(store -> store.usedBytes() == 0));
  }

  private void assertIsTheFitOverTheLinks() {
    SortedMap<PartyId, End> ends = fit(UnaryOperator.identity());
    List<LogisticFit> overLinks = Fits.fit(TERMS, JOINED, null).fits();
    int number = 0;
    for (End end : ends.values()) {
      LogisticFit expected = overLinks.get(number++);
      assertThat(end.fit().part().coefficients()).isEqualTo(expected.part().coefficients());
      assertThat(end.fit().part().intercept()).isEqualTo(expected.part().intercept());
      assertThat(end.traffic().lines()).noneMatch(line -> line.type() == ResidualChunk.class);
    }
    long pass = packing().ciphertexts() * 512L;
    End bank = Objects.requireNonNull(ends.get(Fits.BANK));
    End shop = Objects.requireNonNull(ends.get(Fits.featureHolder(1)));
    assertThat(line(bank, ResidualBlobs.class).bytesSent()).isBetween(6 * pass, 6 * pass + 6000);
    assertThat(line(shop, ResidualBlobs.class).bytesReceived())
        .isBetween(3 * pass, 3 * pass + 3000)
        .isEqualTo(line(bank, ResidualBlobs.class).bytesSent() / 2);
    // The key and the residuals go with the pass; ciphertexts stay for one more.
    assertThat(bank.used()).allMatch(bytes -> bytes == 0);
    assertThat(shop.used().get(0)).isBetween(pass, pass + 20_000);
    assertThat(shop.used().get(2)).isBetween(2 * pass, 3 * pass + 20_000);
    assertThat(stores.values()).allMatch(store -> store.usedBytes() == 0);
  }

  private static RowPacking packing() {
    return new RowPacking(TERMS.keyBits(), TERMS.residualBits(), TERMS.columnBits(), JOINED.rows());
  }

  /** With one blob in the place of another. */
  private static ResidualBlobs replaced(ResidualBlobs named, int place, int by) {
    byte[][] digests = named.digests().clone();
    digests[place] = digests[by];
    return new ResidualBlobs(named.bytesBeside(), digests);
  }

  private static byte[][] changed(byte[][] digests) {
    byte[][] changed = digests.clone();
    changed[1] = changed[1].clone();
    changed[1][31] ^= 1;
    return changed;
  }

  static Stream<Arguments> lies() {
    return Stream.of(
        lie(
            "a blob that is not there",
            named -> new ResidualBlobs(named.bytesBeside(), changed(named.digests())),
            "no such blob"),
        lie(
            "too few",
            named -> new ResidualBlobs(named.bytesBeside(), Arrays.copyOf(named.digests(), 1)),
            "1 blobs"),
        lie(
            "too many",
            named ->
                new ResidualBlobs(
                    named.bytesBeside(),
                    Stream.concat(Arrays.stream(named.digests()), Stream.of(new byte[32]))
                        .toArray(byte[][]::new)),
            "3 blobs"),
        lie(
            "another size",
            named -> new ResidualBlobs(named.bytesBeside() - 1, named.digests()),
            "bytes with residuals: must be 2 of"),
        lie("a short blob in the place of a long one", named -> replaced(named, 0, 1), ""),
        lie(
            "a long blob in the place of a short one",
            named -> replaced(named, 1, 0),
            "must be at most"));
  }

  private static Arguments lie(String what, UnaryOperator<ResidualBlobs> change, String message) {
    UnaryOperator<Message> lie =
        sent -> sent instanceof ResidualBlobs named ? change.apply(named) : sent;
    return Arguments.of(what, lie, message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void fit_labelHolderLies_endsAndNamesWhat(
      String what, UnaryOperator<Message> lie, String message) {
    assertThatThrownBy(() -> fit(TappedChannel.sending(lie)))
        .isInstanceOf(ProtocolException.class)
        .isNotInstanceOf(PeerAbortedException.class)
        .hasMessageContaining(message);
  }

  @Test
  void fit_messageNamesBlobsWhereThereIsNoStore_isRefused() {
    UnaryOperator<Message> lie =
        sent -> sent instanceof ResidualChunk ? new ResidualBlobs(9, new byte[1][32]) : sent;
    assertThatThrownBy(
            () ->
                Fits.fit(
                    TERMS,
                    Fits.generate(500, 6, 1, 2),
                    null,
                    Fits.FULL,
                    Fits.FULL,
                    TappedChannel.sending(lie),
                    UnaryOperator.identity()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("no store");
  }

  private static byte[] serialised(Object value) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    return bytes.toByteArray();
  }

  @Test
  void encrypt_inAnyCutAndTwice_makesTheSameBlobsAndShipsNoSecret() throws IOException {
    RowPacking packing = packing();
    long[] residuals = new SplittableRandom(3).longs(JOINED.rows(), -1000, 1000).toArray();
    Blobs blobs = new Blobs(Fits.BANK, "ab".repeat(32));
    StoresInMemory stores = new StoresInMemory(Fits.BANK);
    blobs.bind(stores);
    try {
      byte[] secret = Fits.seed();
      List<PartyId> shops = List.of(Fits.featureHolder(1), Fits.featureHolder(2));
      ResidualEncryption what =
          ResidualEncryption.prepare(blobs, packing, Fits.KEY, secret, residuals, shops);
      byte[] shipped = serialised(what);
      assertThat(shipped.length).isLessThan(2000);
      assertThat(new String(shipped, ISO_8859_1))
          .doesNotContain(new String(secret, ISO_8859_1))
          .doesNotContain(new String(Fits.KEY.toBytes(), 3, 16, ISO_8859_1));
      Map<Integer, String> first = new TreeMap<>();
      for (int partitions : new int[] {1, 3, 60}) {
        Map<Integer, String> made = new TreeMap<>();
        for (ArrayList<Named> part :
            Fits.table(new double[0][], JOINED.rows(), partitions)
                .rows()
                .map(
                    what,
                    (block, argument) ->
                        ResidualEncryption.encrypt(
                            new QuantisedBlock(block.firstRow(), block.rows(), new short[0][]),
                            argument))) {
          for (Named named : part) {
            assertThat(made.put(named.number(), HexFormat.of().formatHex(named.digest()))).isNull();
          }
        }
        assertThat(made.keySet()).containsExactly(0, 1);
        if (first.isEmpty()) {
          first.putAll(made);
        }
        assertThat(made).isEqualTo(first);
      }
      for (PartyId shop : shops) {
        for (int number = 0; number < 2; number++) {
          String name = Objects.requireNonNull(first.get(number));
          byte[] body = stores.body(shop, HexFormat.of().parseHex(name));
          int count = ResidualEncryption.ciphertexts(packing, number);
          PlaintextBlock opened =
              Fits.KEY.decrypt(CiphertextBlock.fromBytes(Fits.KEY.publicKey(), body, count));
          int from = number * ResidualEncryption.rowsPerBlob(packing);
          int to = Math.min(from + ResidualEncryption.rowsPerBlob(packing), JOINED.rows());
          PlaintextBlock expected = packing.pack(Fits.KEY.publicKey(), residuals, from, to);
          for (int i = 0; i < count; i++) {
            assertThat(opened.get(i)).isEqualTo(expected.get(i));
          }
        }
      }
    } finally {
      blobs.unbind();
    }
  }

  @Test
  void get_whereNoProcessHasAWay_saysWhatToSet() {
    assertThatThrownBy(() -> new Blobs(Fits.BANK, "cd".repeat(32)).get(new byte[32], 1))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("spark.plugins");
  }
}
