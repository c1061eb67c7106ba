// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.checkpoint.BlobStore;
import io.heddle.config.JobConfig.TreesRowPacking;
import io.heddle.crypto.additive.AdditivePrivateKey;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.session.PinnedSession;
import io.heddle.table.PartyTable;
import io.heddle.train.shared.StepLog;
import io.heddle.train.trees.Elsewhere.Crossed;
import io.heddle.train.trees.Forests.Joined;
import io.heddle.train.trees.TreeMessage.GradientBlobs;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Derivatives go from store to store, beside real links, and nothing else changes. */
class TreeBlobsTest {
  /** Two blobs a tree, the last of them short. */
  private static final int ROWS = 1100;

  private static final PartyId SHOP = Forests.featureHolder(1);
  private static final Joined JOINED = Forests.generate(ROWS, 17, false, 2, 3);
  private static final Parties.Opening PINNED =
      (exchange, opened) -> PinnedSession.open(exchange, opened, "secret", "nonce");

  private final Map<PartyId, BlobStore> stores =
      new TreeMap<>(
          Map.of(Forests.BANK, BlobStore.temporary(64 << 20), SHOP, BlobStore.temporary(64 << 20)));
  private final Map<PartyId, List<Crossed>> crossed = new TreeMap<>();
  private final List<Message> sent = Forests.tap();

  @AfterEach
  void close() {
    stores.values().forEach(BlobStore::close);
  }

  private static TreeTerms terms(TreeScheme scheme) {
    return TreeTerms.builder()
        .maxIter(3)
        .maxDepth(2)
        .maxBins(8)
        .firstTreeAlone(false)
        .scheme(scheme)
        .rowPacking(TreesRowPacking.OFF)
        .build();
  }

  private List<TreesFit> fit(TreeTerms terms, UnaryOperator<Channel> wrapLabel) {
    return fit(terms, wrapLabel, UnaryOperator.identity());
  }

  private List<TreesFit> fit(
      TreeTerms terms, UnaryOperator<Channel> wrapLabel, UnaryOperator<Channel> wrapFeature) {
    Map<PartyId, Parties.Code<TreesFit>> code = new TreeMap<>();
    code.put(
        Forests.BANK,
        session ->
            new TreesLabelHolder(
                    terms, Forests.key(terms), session::privateRandomness, Forests.seed())
                .fit(
                    TappedChannel.keepingSent(wrapLabel.apply(Forests.begin(session, terms)), sent),
                    table(Forests.BANK, 0),
                    JOINED.labels(),
                    null,
                    Progress.NONE));
    code.put(
        SHOP,
        session ->
            new TreesFeatureHolder(terms, new TreeRules(true), session::privateRandomness)
                .fit(
                    wrapFeature.apply(Forests.begin(session, terms)),
                    Forests.BANK,
                    table(SHOP, 1),
                    0,
                    Progress.NONE));
    return List.copyOf(
        Parties.run(new NettyNetwork().with(stores, Map.of()), TreeMessages.TYPES, PINNED, code)
            .values());
  }

  private PartyTable table(PartyId party, int holder) {
    PartyTable here = Forests.table(JOINED.holders().get(holder), ROWS, 3);
    List<Crossed> seen = crossed.get(party);
    return seen == null ? here : Elsewhere.table(here, seen);
  }

  /** Where each party's rows are. */
  enum Where {
    ALL_HERE,
    LABELS_ELSEWHERE,
    FEATURES_ELSEWHERE,
    ALL_ELSEWHERE
  }

  private void putRows(Where where) {
    crossed.clear();
    if (where == Where.LABELS_ELSEWHERE || where == Where.ALL_ELSEWHERE) {
      crossed.put(Forests.BANK, Collections.synchronizedList(new ArrayList<>()));
    }
    if (where == Where.FEATURES_ELSEWHERE || where == Where.ALL_ELSEWHERE) {
      crossed.put(SHOP, Collections.synchronizedList(new ArrayList<>()));
    }
  }

  private static List<String> names(List<Message> messages) {
    return Forests.sent(GradientBlobs.class, messages).stream()
        .map(named -> Arrays.deepToString(named.digests()))
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void fit_besideTheLinks_isTheFitOverTheLinksAndLeavesNothing(Where where) {
    TreeTerms terms = terms(TreeScheme.PAILLIER);
    TreeEnsemble reference =
        JoinedTrees.of(terms, Forests.seed(), JOINED.labels(), JOINED.holders()).fit(3);
    putRows(where);
    List<TreesFit> fits = fit(terms, UnaryOperator.identity());

    assertThat(Forests.ensemble(fits).trees()).isEqualTo(reference.trees());
    assertThat(Forests.sent(GradientChunk.class, sent)).isEmpty();
    assertThat(Forests.sent(GradientBlobs.class, sent))
        .hasSize(3)
        .allMatch(named -> named.first() == 0 && named.digests().length == 2)
        .allMatch(named -> named.bytesBeside() == ROWS * 512L);
    assertThat(stores.values()).allMatch(store -> store.usedBytes() == 0);
    for (List<Crossed> each : crossed.values()) {
      assertThat(each).allMatch(of -> of.bytes().length < ROWS * 100);
    }
  }

  @Test
  void fit_rowsThatShareCiphertexts_isTheSameWithFewer() {
    TreeTerms terms =
        TreeTerms.builder()
            .maxIter(2)
            .maxDepth(2)
            .maxBins(8)
            .firstTreeAlone(false)
            .subsamplingRate(0.9)
            .rowPacking(TreesRowPacking.ON)
            .build();
    putRows(Where.ALL_HERE);
    List<TreesFit> here = fit(terms, UnaryOperator.identity());
    List<String> namesHere = names(sent);
    sent.clear();
    putRows(Where.ALL_ELSEWHERE);
    List<TreesFit> elsewhere = fit(terms, UnaryOperator.identity());

    assertThat(names(sent)).isEqualTo(namesHere).hasSize(2);
    assertThat(Forests.ensemble(elsewhere)).isEqualTo(Forests.ensemble(here));
    assertThat(Forests.sent(GradientBlobs.class, sent))
        .allMatch(named -> named.bytesBeside() < ROWS * 512L / 4);
  }

  @ParameterizedTest
  @EnumSource
  void fit_tasksEncrypt_makesTheSameBlobsAndShipsNoSecret(TreeScheme scheme) {
    TreeTerms terms = terms(scheme);
    putRows(Where.ALL_HERE);
    List<TreesFit> here = fit(terms, UnaryOperator.identity());
    List<String> namesHere = names(sent);
    sent.clear();
    putRows(Where.LABELS_ELSEWHERE);
    List<TreesFit> elsewhere = fit(terms, UnaryOperator.identity());

    assertThat(names(sent)).isEqualTo(namesHere).hasSize(3);
    assertThat(Forests.ensemble(elsewhere)).isEqualTo(Forests.ensemble(here));
    AdditivePrivateKey key = Forests.key(terms);
    String secret = new String(key.toBytes(), 3, 16, ISO_8859_1);
    List<Crossed> tasks =
        crossed.values().iterator().next().stream()
            .filter(of -> of.argument() == GradientEncryption.class)
            .toList();
    assertThat(tasks)
        .hasSize(3)
        .allMatch(of -> of.bytes().length < 2000)
        .noneMatch(of -> new String(of.bytes(), ISO_8859_1).contains(secret));
  }

  /** What each party has logged. */
  private Map<PartyId, StepLog> logged(Map<PartyId, byte[]> restored, List<TreesFit> fits) {
    Map<PartyId, StepLog> logs = new ConcurrentHashMap<>();
    UnaryOperator<Channel> logging =
        channel -> {
          StepLog log = new StepLog(TreeMessages.TYPES);
          logs.put(channel.self(), log);
          return log.through(channel, restored.get(channel.self()));
        };
    fits.addAll(fit(terms(TreeScheme.PAILLIER), logging, logging));
    return logs;
  }

  @ParameterizedTest
  @EnumSource(names = {"ALL_HERE", "ALL_ELSEWHERE"})
  void fit_allRestartedAfterAnyTree_namesTheSameBlobsAndEndsAlike(Where where) {
    putRows(where);
    List<TreesFit> fits = new ArrayList<>();
    Map<PartyId, StepLog> logs = logged(Map.of(), fits);
    for (int k = 0; k < 4; k++) {
      Map<PartyId, byte[]> restored = new TreeMap<>();
      for (Map.Entry<PartyId, StepLog> log : logs.entrySet()) {
        assertThat(log.getValue().commits()).hasSize(4);
        restored.put(log.getKey(), log.getValue().commits().get(k).state());
      }
      List<TreesFit> again = new ArrayList<>();
      Map<PartyId, StepLog> newLogs = logged(restored, again);
      assertThat(Forests.ensemble(again)).isEqualTo(Forests.ensemble(fits));
      assertThat(again.get(1).part()).isEqualTo(fits.get(1).part());
      for (Map.Entry<PartyId, StepLog> log : newLogs.entrySet()) {
        StepLog first = Objects.requireNonNull(logs.get(log.getKey()));
        assertThat(log.getValue().sentFrom(0))
            .isEqualTo(first.sentFrom(first.commits().get(k).sentBefore()));
      }
    }
  }

  private static byte[][] changed(byte[][] digests) {
    byte[][] changed = digests.clone();
    changed[1] = changed[1].clone();
    changed[1][31] ^= 1;
    return changed;
  }

  private static GradientBlobs with(GradientBlobs named, byte[][] digests) {
    return new GradientBlobs(named.first(), named.bytesBeside(), digests);
  }

  static Stream<Arguments> lies() {
    return Stream.of(
        lie(
            "a blob that is not there",
            named -> with(named, changed(named.digests())),
            "no such blob"),
        lie("too few", named -> with(named, Arrays.copyOf(named.digests(), 1)), "1 blobs from 0"),
        lie(
            "too many",
            named ->
                with(named, new byte[][] {named.digests()[0], named.digests()[1], new byte[32]}),
            "3 blobs from 0"),
        lie(
            "others",
            named -> new GradientBlobs(8, named.bytesBeside(), named.digests()),
            "2 blobs from 8 on"),
        lie(
            "another size",
            named -> new GradientBlobs(0, named.bytesBeside() - 1, named.digests()),
            "bytes with derivatives: must be 2 from 0"),
        lie(
            "a short blob in the place of a long one",
            named -> with(named, new byte[][] {named.digests()[1], named.digests()[1]}),
            "must be 1024 ciphertexts"),
        lie(
            "a long blob in the place of a short one",
            named -> with(named, new byte[][] {named.digests()[0], named.digests()[0]}),
            "must be at most"));
  }

  private static Arguments lie(String what, UnaryOperator<GradientBlobs> change, String message) {
    UnaryOperator<Message> lie =
        sent -> sent instanceof GradientBlobs named ? change.apply(named) : sent;
    return Arguments.of(what, lie, message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("lies")
  void fit_labelHolderLies_endsAndNamesWhat(
      String what, UnaryOperator<Message> lie, String message) {
    for (Where where : List.of(Where.ALL_HERE, Where.FEATURES_ELSEWHERE)) {
      putRows(where);
      assertThatThrownBy(() -> fit(terms(TreeScheme.PAILLIER), TappedChannel.sending(lie)))
          .isInstanceOf(ProtocolException.class)
          .isNotInstanceOf(PeerAbortedException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void fit_messageNamesBlobsWhereThereIsNoStore_isRefused() {
    UnaryOperator<Message> lie =
        message ->
            message instanceof GradientChunk
                ? new GradientBlobs(0, 600L * 512, new byte[1][32])
                : message;
    assertThatThrownBy(
            () ->
                Forests.fit(
                    terms(TreeScheme.PAILLIER),
                    Forests.generate(600, 18, false, 2, 3),
                    null,
                    TappedChannel.sending(lie),
                    UnaryOperator.identity()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("no store");
  }
}
