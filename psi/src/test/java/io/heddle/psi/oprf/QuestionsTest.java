// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import static io.heddle.psi.oprf.OprfParties.RECEIVER;
import static io.heddle.psi.oprf.OprfParties.SENDER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Parties;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.curve25519.AdditiveBlinding;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.crypto.curve25519.FullPoints;
import io.heddle.error.ProtocolException;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.ecdh.RunSecrets;
import io.heddle.psi.shared.Chunks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A receiver's questions beside the function of the key, and beside each other. */
class QuestionsTest {
  private static final byte[] SCALAR = Curve25519.scalarOf(Sha256.of(new byte[] {1}));
  private static final KeyTerms KEY =
      SetKey.of(SCALAR, 1_800_000_000L, 1000, 10, new byte[32], 0).terms();
  private static final KeyTerms OTHER_KEY =
      SetKey.of(SCALAR, 1_800_000_001L, 1000, 10, new byte[32], 0).terms();
  private static final List<byte[]> IDS = ids(40);

  private static List<byte[]> ids(int count) {
    return OprfParties.bytes(IntStream.range(0, count).mapToObj(i -> "id-" + i).toList());
  }

  /** With the secrets of a step of this name in a session of this secret. */
  private static <R> R with(
      int secret, String name, List<byte[]> ids, Function<RunSecrets, R> code) {
    List<R> result = new ArrayList<>();
    Parties.run(
        PsiMessages.TYPES,
        RECEIVER,
        session -> {
          Channel step = session.beginStep("psi", new TreeMap<>()).step(name);
          result.add(
              code.apply(
                  new RunSecrets(
                      (purpose, context) ->
                          Randomness.derive(
                              Sha256.of(new byte[] {(byte) secret}), purpose, context),
                      step.path(),
                      ids)));
          return 0;
        },
        SENDER,
        session -> {
          session.beginStep("psi", new TreeMap<>());
          return 0;
        });
    return result.get(0);
  }

  private static byte[] points(int secret, String name, List<byte[]> ids, KeyTerms key) {
    return with(secret, name, ids, secrets -> new Questions(secrets, ids, SENDER, key).points(0));
  }

  private static Set<String> split(byte[] flat) {
    Set<String> items = new HashSet<>();
    for (int at = 0; at < flat.length; at += 32) {
      // Without the sign.
      items.add(HexFormat.of().formatHex(flat, at, at + 31));
    }
    return items;
  }

  @Test
  void points_ofTheSameSecretsIdsAndKey_areTheSame() {
    assertThat(points(1, "oprf", IDS, KEY)).isEqualTo(points(1, "oprf", IDS, KEY));
  }

  @Test
  void points_ofAnotherSessionStepSetOrKey_haveNothingInCommon() {
    Set<String> all = new HashSet<>();
    all.addAll(split(points(1, "oprf", IDS, KEY)));
    all.addAll(split(points(2, "oprf", IDS, KEY)));
    all.addAll(split(points(1, "other", IDS, KEY)));
    all.addAll(split(points(1, "oprf", ids(39), KEY)));
    all.addAll(split(points(1, "oprf", IDS, OTHER_KEY)));
    assertThat(all).hasSize(4 * 40 + 39);
  }

  /**
   * Questions of one run to two keys, as a sender could bring about that offers another one after a
   * crash, would show the difference of two hashes of an id if they had one blinding.
   */
  @Test
  void blinding_ofAnotherKeyOrQuestion_isAnotherOne() {
    with(
        1,
        "oprf",
        IDS,
        secrets -> {
          Set<String> numbers = new HashSet<>();
          for (KeyTerms key : List.of(KEY, OTHER_KEY)) {
            Randomness blinding = secrets.blinding(key.id());
            byte[] all = new byte[0];
            for (int i = 0; i < IDS.size(); i++) {
              byte[] number = new byte[32];
              blinding.fill(i, number);
              numbers.add(HexFormat.of().formatHex(number));
              all = Arrays.copyOf(all, all.length + 32);
              System.arraycopy(number, 0, all, all.length - 32, 32);
            }
            byte[] hashes = new TagFunction(key).points(secrets.ownOrder().apply(IDS));
            assertThat(new Questions(secrets, IDS, SENDER, key).points(0))
                .isEqualTo(new AdditiveBlinding(key.commitment()).blind(hashes, all).points());
          }
          assertThat(numbers).hasSize(2 * IDS.size());
          return 0;
        });
  }

  @Test
  void tags_ofAllChunksPreparedOrNot_areThoseOfTheFunction() {
    List<byte[]> ids = ids(Chunks.ITEMS + 3);
    with(
        1,
        "oprf",
        ids,
        secrets -> {
          Questions questions = new Questions(secrets, ids, SENDER, KEY);
          assertThat(questions.chunks()).isEqualTo(2);
          assertThat(questions.size(1)).isEqualTo(3);
          questions.prepare(1);
          Questions prepared = new Questions(secrets, ids, SENDER, KEY);
          prepared.prepare(9);
          TagFunction function = new TagFunction(KEY);
          List<byte[]> shuffled = secrets.ownOrder().apply(ids);
          for (int chunk = 0; chunk < 2; chunk++) {
            byte[] points = questions.points(chunk);
            assertThat(prepared.points(chunk)).isEqualTo(points);
            byte[] answers = FullPoints.multiplyAll(SCALAR, points, done -> {});
            List<byte[]> some =
                shuffled.subList(Chunks.from(chunk), Chunks.to(chunk, shuffled.size()));
            assertThat(questions.tags(chunk, answers, done -> {}))
                .isEqualTo(
                    function.tags(
                        some, Curve25519.multiplyAll(SCALAR, function.points(some), done -> {})));
          }
          return 0;
        });
  }

  @Test
  void constructor_keyThatIsNone_isRefusedInTheSendersName() {
    byte[] low = new byte[32];
    low[0] = 6;
    KeyTerms key = new KeyTerms(low, 1_800_000_000L, 10, 10);
    with(
        1,
        "oprf",
        IDS,
        secrets -> {
          assertThatThrownBy(() -> new Questions(secrets, IDS, SENDER, key))
              .isInstanceOf(ProtocolException.class)
              .hasMessage("From sender: Invalid key: must be a point of prime order");
          return 0;
        });
  }
}
