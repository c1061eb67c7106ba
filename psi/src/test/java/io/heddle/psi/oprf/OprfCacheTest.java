// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import static io.heddle.psi.oprf.OprfParties.RECEIVER;
import static io.heddle.psi.oprf.OprfParties.SENDER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.TappedChannel;
import io.heddle.checkpoint.OwnDirectory;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import io.heddle.error.PrivacyException;
import io.heddle.psi.oprf.OprfMessage.KeyOffer;
import io.heddle.psi.oprf.OprfMessage.SetTags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is kept from run to run: when it is used, and when it is not. Here all is made in the run.
 */
class OprfCacheTest {
  static final List<String> FEW = ids(0, 8);
  private static final List<String> MANY = ids(4, 60);

  final OprfParties parties;

  OprfCacheTest(@TempDir Path directory) {
    parties = new OprfParties(directory);
  }

  static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "id-" + i).toList();
  }

  final OprfParties.Run run() {
    return run(MANY);
  }

  private OprfParties.Run run(List<String> sender) {
    OprfParties.Run run = parties.run(FEW, sender);
    Set<String> common = new HashSet<>(FEW);
    common.retainAll(sender);
    assertThat(run.ofReceiver()).containsExactlyInAnyOrderElementsOf(common);
    return run;
  }

  private static KeyOffer offer(OprfParties.Run run) {
    return run.sent(KeyOffer.class).get(0);
  }

  private static byte[] tags(OprfParties.Run run) {
    return run.sent(SetTags.class).get(0).items();
  }

  @Test
  void files_areTheirOwnersOnly() throws IOException {
    run();
    for (Path file : List.of(parties.cache(), parties.key())) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(file.toAbsolutePath().getParent())))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void directory_openToOthers_isRefused() throws IOException {
    run();
    Files.setPosixFilePermissions(
        parties.directory(SENDER), PosixFilePermissions.fromString("rwxr-x---"));
    assertThatThrownBy(this::run)
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(parties.directory(SENDER).toString())
        .hasMessageContaining("must have mode 0700");
  }

  @Test
  void keyFile_holdsNoKeyInTheClear() throws IOException {
    run();
    byte[] sealed = Files.readAllBytes(parties.key());
    byte[] content =
        OwnDirectory.open(parties.directory(SENDER))
            .readSealed(String.valueOf(parties.key().getFileName()), OprfParties.fileKey(SENDER));
    SetKey key = SetKey.read(Objects.requireNonNull(content));
    String scalar = HexFormat.of().formatHex(key.scalar());
    assertThat(HexFormat.of().formatHex(Objects.requireNonNull(content))).contains(scalar);
    assertThat(HexFormat.of().formatHex(sealed)).doesNotContain(scalar.substring(0, 16));
    assertThat(key.toString()).doesNotContain(scalar.substring(0, 8));
  }

  @Test
  void cache_wholeAndOfTheSet_isUsedAndOfTheSizePromised() throws IOException {
    run();
    assertThat(Files.size(parties.cache())).isEqualTo(89 + 56L * KeyTerms.width(56, 1000) + 32);
    assertThat(run().cacheUsed()).isTrue();
    parties.now = parties.now.plus(Duration.ofDays(6));
    assertThat(run().cacheUsed()).isTrue();
  }

  @Test
  void cache_anyBitChangedOrCut_isFetchedAnew() throws IOException {
    byte[] tags = tags(run());
    byte[] whole = Files.readAllBytes(parties.cache());
    for (int i = 0; i < whole.length; i += 1 + whole.length / 40) {
      byte[] changed = whole.clone();
      changed[i] ^= 4;
      Files.write(parties.cache(), changed);
      OprfParties.Run again = run();
      assertThat(again.cacheUsed()).as("byte " + i).isFalse();
      assertThat(tags(again)).isEqualTo(tags);
      assertThat(Files.readAllBytes(parties.cache())).isEqualTo(whole);
    }
    for (int length : new int[] {0, 1, 88, 89, 120, whole.length - 1}) {
      Files.write(parties.cache(), Arrays.copyOf(whole, length));
      assertThat(run().cacheUsed()).as(length + " bytes").isFalse();
    }
    Files.write(parties.cache(), Arrays.copyOf(whole, whole.length + 1));
    assertThat(run().cacheUsed()).isFalse();
    assertThat(run().cacheUsed()).isTrue();
  }

  /** A file that is whole and names another key, one that is none among them. */
  @Test
  void cache_ofAnotherKey_isFetchedAnew() throws IOException {
    run();
    byte[] whole = Files.readAllBytes(parties.cache());
    byte[] other = Curve25519.multiply(Sha256.of(whole), Curve25519.basePoint());
    byte[] low = new byte[32];
    byte[] twist = new byte[32];
    twist[0] = 3;
    for (byte[] commitment : List.of(other, low, twist)) {
      byte[] changed = whole.clone();
      System.arraycopy(commitment, 0, changed, 8 + 4 + 32, 32);
      byte[] hash = Sha256.of(Arrays.copyOf(changed, changed.length - 32));
      System.arraycopy(hash, 0, changed, changed.length - 32, 32);
      Files.write(parties.cache(), changed);
      assertThat(run().cacheUsed()).isFalse();
      assertThat(Files.readAllBytes(parties.cache())).isEqualTo(whole);
    }
  }

  @Test
  void cache_thatCannotBeUsed_isSaidOnce() throws IOException {
    run();
    assertThat(parties.notes).isEmpty();
    byte[] bytes = Files.readAllBytes(parties.cache());
    bytes[100] ^= 1;
    Files.write(parties.cache(), bytes);
    run();
    assertThat(parties.notes)
        .containsExactly("fetches the tags of sender anew: the file is damaged");
    run();
    assertThat(parties.notes).hasSize(1);
  }

  /** As a version could have kept them that looked at them later. */
  @Test
  void cache_ofTagsThatAreNotRandom_isFetchedAnew() throws IOException {
    List<String> sender = ids(4, 2000);
    OprfParties.Run first = run(sender);
    byte[] whole = Files.readAllBytes(parties.cache());
    KeyOffer offer = offer(first);
    byte[] tags = new byte[sender.size() * offer.width()];
    for (int i = 0; i < sender.size(); i++) {
      tags[(i + 1) * offer.width() - 1] = (byte) i;
      tags[(i + 1) * offer.width() - 2] = (byte) (i >> 8);
    }
    KeyTerms key = new KeyTerms(offer.commitment(), offer.expiry(), sender.size(), offer.width());
    new TagCache(OwnDirectory.open(parties.directory(RECEIVER)), Clock.systemUTC())
        .write(parties.senderPrint, new TagList(key, tags, 0));
    assertThat(run(sender).cacheUsed()).isFalse();
    assertThat(parties.notes).hasSize(1);
    assertThat(parties.notes.get(0)).contains("anew").contains("is not random");
    assertThat(Files.readAllBytes(parties.cache())).isEqualTo(whole);
    assertThat(run(sender).cacheUsed()).isTrue();
  }

  /** By the plain function of the key, whatever hides questions: lists of before stay good. */
  @Test
  void cache_madeByThePlainFunction_isUsed() throws IOException {
    run();
    byte[] whole = Files.readAllBytes(parties.cache());
    byte[] content =
        OwnDirectory.open(parties.directory(SENDER))
            .readSealed(String.valueOf(parties.key().getFileName()), OprfParties.fileKey(SENDER));
    SetKey key = SetKey.read(Objects.requireNonNull(content));
    TagFunction function = new TagFunction(key.terms());
    List<byte[]> listed =
        key.order()
            .apply(OprfParties.bytes(MANY).stream().sorted(Arrays::compareUnsigned).toList());
    byte[] tags =
        function.tags(
            listed, Curve25519.multiplyAll(key.scalar(), function.points(listed), done -> {}));
    Files.delete(parties.cache());
    new TagCache(OwnDirectory.open(parties.directory(RECEIVER)), Clock.systemUTC())
        .write(parties.senderPrint, new TagList(key.terms(), tags, 0));
    assertThat(Files.readAllBytes(parties.cache())).isEqualTo(whole);
    assertThat(run().cacheUsed()).isTrue();
  }

  @Test
  void cache_ofAnotherSender_isNotUsed() throws IOException {
    run();
    Path other = parties.cache();
    parties.senderPrint = "sha256:" + "56".repeat(32);
    Files.move(other, parties.cache(), StandardCopyOption.REPLACE_EXISTING);
    assertThat(run().cacheUsed()).isFalse();
    assertThat(run().cacheUsed()).isTrue();
  }

  @Test
  void key_expired_isReplacedAndTagsAreFetchedAnew() {
    OprfParties.Run first = run();
    parties.now = parties.now.plus(parties.lifetime);
    OprfParties.Run second = run();
    assertThat(second.cacheUsed()).isFalse();
    assertUnrelated(first, second);
    assertThat(offer(second).expiry()).isEqualTo(offer(first).expiry() + 7 * 86_400);
    assertThat(run().cacheUsed()).isTrue();
  }

  private static void assertUnrelated(OprfParties.Run first, OprfParties.Run second) {
    assertThat(offer(second).commitment()).isNotEqualTo(offer(first).commitment());
    assertThat(split(second)).hasSizeGreaterThan(40).doesNotContainAnyElementsOf(split(first));
  }

  private static Set<String> split(OprfParties.Run run) {
    Set<String> all = new HashSet<>();
    int width = run.sent(SetTags.class).get(0).width();
    for (int at = 0; at < tags(run).length; at += width) {
      // Whatever the width: the first five bytes tell tags apart.
      all.add(HexFormat.of().formatHex(tags(run), at, at + 5));
    }
    return all;
  }

  @Test
  void set_changed_takesAnotherKeyUntilTheFirstOnesEnd() {
    OprfParties.Run first = run();
    List<String> changed = new ArrayList<>(MANY.subList(1, MANY.size()));
    changed.add("one more");
    parties.now = parties.now.plus(Duration.ofDays(1));
    OprfParties.Run second = run(changed);
    assertThat(second.cacheUsed()).isFalse();
    assertUnrelated(first, second);
    assertThat(offer(second).expiry()).isEqualTo(offer(first).expiry());
    assertThat(run(changed).cacheUsed()).isTrue();
  }

  @Test
  void quota_overRunsAndSets_isCountedUntilTheKeyExpires() {
    parties.maxQueries = 3 * FEW.size() + 1;
    run();
    run();
    // Another set, another key, the same count.
    run(MANY.subList(0, 40));
    assertThatThrownBy(() -> run(MANY.subList(0, 40)))
        .isInstanceOf(PrivacyException.class)
        .hasMessage(
            "Questions of receiver for 8 ids refused: it has asked for 24 and may for 25 until"
                + " 2026-01-08T00:00:00Z, by this party's own psi.oprf.max-queries");
    // What was refused does not count: one more is allowed.
    assertThat(parties.run(List.of("id-5"), MANY).ofReceiver()).containsExactly("id-5");
    assertThatThrownBy(() -> parties.run(List.of("id-5"), MANY))
        .isInstanceOf(PrivacyException.class);
    parties.now = parties.now.plus(parties.lifetime);
    run();
  }

  @Test
  void quota_ofAnotherPeer_isItsOwn() {
    parties.maxQueries = FEW.size();
    OprfParties.Run first = run();
    assertThatThrownBy(this::run).isInstanceOf(PrivacyException.class);
    parties.receiverPrint = "sha256:" + "78".repeat(32);
    OprfParties.Run other = run();
    assertThat(other.cacheUsed()).isFalse();
    assertUnrelated(first, other);
  }

  @Test
  void quota_spent_isRefusedBeforeTagsOrAnswers() {
    parties.maxQueries = FEW.size() - 1;
    List<Object> sent = new ArrayList<>();
    parties.around =
        TappedChannel.sending(
            message -> {
              if (message instanceof OprfMessage) {
                sent.add(message);
              }
              return message;
            });
    assertThatThrownBy(this::run)
        .isInstanceOf(PrivacyException.class)
        .hasMessageContaining("it has asked for 0 and may for 7");
    assertThat(sent).isEmpty();
  }

  @Test
  void settings_tightened_takeAnotherKey() {
    OprfParties.Run first = run();
    parties.lifetime = Duration.ofDays(1);
    OprfParties.Run shorter = run();
    assertUnrelated(first, shorter);
    assertThat(offer(shorter).expiry())
        .isEqualTo(parties.now.plus(Duration.ofDays(1)).getEpochSecond());
    // More questions, wider tags.
    parties.maxQueries = 1 << 20;
    OprfParties.Run wider = run();
    assertThat(offer(wider).width()).isGreaterThan(offer(shorter).width());
    assertUnrelated(shorter, wider);
    parties.maxQueries = 1000;
    assertThat(run().cacheUsed()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 20, 60, -1})
  void keyFile_damaged_isRefusedAndNamed(int at) throws IOException {
    run();
    byte[] bytes = Files.readAllBytes(parties.key());
    bytes[Math.floorMod(at, bytes.length)] ^= 1;
    Files.write(parties.key(), bytes);
    assertThatThrownBy(this::run)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(parties.key().toString())
        .hasMessageContaining("delete it to begin anew");
    Files.delete(parties.key());
    assertThat(run().cacheUsed()).isFalse();
  }

  @Test
  void keyFile_ofAnotherPeerOrIdentity_isRefused() throws IOException {
    run();
    Path first = parties.key();
    parties.receiverPrint = "sha256:" + "78".repeat(32);
    Files.copy(first, parties.key());
    assertThatThrownBy(this::run)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("sealed under another identity key");
  }

  @Test
  void sharedDirectory_ofBothRoles_keepsBoth() throws IOException {
    // As where one organisation is the receiver today and the sender tomorrow.
    run();
    Files.copy(parties.cache(), parties.directory(SENDER).resolve(parties.cache().getFileName()));
    assertThat(run().cacheUsed()).isTrue();
    assertThat(Files.exists(parties.directory(RECEIVER).resolve("lock"))).isFalse();
  }
}
