// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.CurvePoints;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.ecdh.CardinalityMessage.CountedPoints;
import io.heddle.psi.ecdh.CardinalityMessage.ShuffledTags;
import io.heddle.psi.ecdh.EcdhMessage.BlindedPoints;
import io.heddle.psi.ecdh.SumMessage.CountedValues;
import io.heddle.psi.ecdh.SumMessage.IntersectionSum;
import io.heddle.psi.ecdh.SumMessage.SumKey;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.RunRecord;
import io.heddle.psi.shared.Shuffle;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Honest roles against peers that send what the protocol does not allow. */
class SumHostilePeerTest {
  private static final PartyId HONEST = new PartyId("honest");
  private static final PartyId HOSTILE = new PartyId("hostile");
  private static final int IDS = 12;
  private static final PsiTerms TERMS =
      new PsiTerms(new byte[32], false, 10, 100, PsiProtocol.ECDH, true, RunRecord.NONE);
  private static final PrivateRandomness OWN =
      (purpose, context) -> Randomness.derive(new byte[32], purpose, context);
  private static final PaillierPrivateKey KEY =
      PaillierPrivateKey.derive(2048, OWN.derive("test key"));
  private static final byte[] KEY_BYTES = KEY.publicKey().toBytes();
  private static final byte[] VALUES =
      KEY.encrypt(
              PlaintextBlock.of(0, Collections.nCopies(IDS, BigInteger.TWO)), OWN.derive("noise"))
          .toBytes();

  private static List<byte[]> ids() {
    return IntStream.range(0, IDS)
        .mapToObj(i -> ("id-" + i).getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  private static void assertRefused(
      Consumer<Channel> honest, Consumer<Channel> hostile, String message) {
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    HONEST,
                    session -> {
                      honest.accept(session.beginStep("psi", new TreeMap<>()));
                      return 0;
                    },
                    HOSTILE,
                    session -> {
                      hostile.accept(session.beginStep("psi", new TreeMap<>()));
                      return 0;
                    }))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  private static void receiver(Channel channel) {
    int theirSize = TERMS.exchange(channel, HOSTILE, IDS).ids();
    new SumReceiver(TERMS, 2048, OWN, Progress.NONE).run(channel, HOSTILE, ids(), theirSize);
  }

  private static void sender(Channel channel) {
    int theirSize = TERMS.exchange(channel, HOSTILE, IDS).ids();
    new SumSender(TERMS, 2048, OWN, Progress.NONE)
        .run(channel, HOSTILE, ids(), new long[IDS], theirSize);
  }

  /** Up to the values as an honest sender, which has all of the receiver's ids. */
  private static void matchAll(Channel channel) {
    TERMS.exchange(channel, HONEST, IDS);
    new CardinalitySender(TERMS, OWN, Progress.NONE).run(channel, HONEST, ids(), IDS);
  }

  private static byte[] changed(byte[] bytes, int at, byte[] by) {
    byte[] changed = bytes.clone();
    System.arraycopy(by, 0, changed, at, by.length);
    return changed;
  }

  private static Stream<Arguments> badValues() {
    byte[] one = new byte[512];
    one[511] = 1;
    byte[] huge = new byte[512];
    Arrays.fill(huge, (byte) 0xff);
    byte[] even = KEY_BYTES.clone();
    even[3 + 255] ^= 1;
    return Stream.of(
        Arguments.of("no key", new byte[0], VALUES, ""),
        Arguments.of("cut key", Arrays.copyOf(KEY_BYTES, 100), VALUES, ""),
        Arguments.of("even key", even, VALUES, ""),
        Arguments.of("no values", KEY_BYTES, new byte[0], "must be 12 ciphertexts of 512 bytes"),
        Arguments.of(
            "a value short",
            KEY_BYTES,
            Arrays.copyOf(VALUES, VALUES.length - 512),
            "must be 12 ciphertexts of 512 bytes"),
        Arguments.of(
            "a value more",
            KEY_BYTES,
            Arrays.copyOf(VALUES, VALUES.length + 512),
            "must be 12 ciphertexts of 512 bytes"),
        Arguments.of(
            "zero", KEY_BYTES, changed(VALUES, 5 * 512, new byte[512]), "Ciphertext 5 is out of"),
        Arguments.of(
            "beyond n²", KEY_BYTES, changed(VALUES, 11 * 512, huge), "Ciphertext 11 is out of"),
        Arguments.of("one", KEY_BYTES, changed(VALUES, 0, one), "Ciphertext 0 carries no"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badValues")
  void receiver_badKeyOrValues_refuses(String name, byte[] key, byte[] values, String message) {
    assertRefused(
        SumHostilePeerTest::receiver,
        channel -> {
          matchAll(channel);
          channel.send(HONEST, new SumKey(key));
          channel.send(HONEST, new CountedValues(values));
        },
        message);
  }

  @ParameterizedTest
  @MethodSource("badPoints")
  void receiver_badPoints_refuses(byte[] points, String message) {
    int width = Tags.width(IDS);
    byte[] tags = new byte[IDS * width];
    for (int i = 0; i < IDS; i++) {
      tags[i * width] = (byte) i;
    }
    assertRefused(
        SumHostilePeerTest::receiver,
        channel -> {
          TERMS.exchange(channel, HONEST, IDS);
          channel.send(HONEST, new ShuffledTags(width, tags));
          channel.send(HONEST, new CountedPoints(points));
        },
        message);
  }

  private static Stream<Arguments> badPoints() {
    return Stream.of(
        Arguments.of(CurvePoints.points(CurvePoints.good(11), new byte[32]), "low order"),
        Arguments.of(CurvePoints.points(CurvePoints.good(11), CurvePoints.point(3)), "twice"),
        Arguments.of(CurvePoints.good(11), "must be 12, for 12 were declared"));
  }

  private static Stream<Arguments> badSums() {
    byte[] zero = new byte[512];
    return Stream.of(
        Arguments.of(
            "too few", 9, VALUES, "Invalid sum over 9 ids from hostile: must be over 10 to 12"),
        Arguments.of("too many", 13, VALUES, "Invalid sum over 13 ids from hostile"),
        Arguments.of("zero", 12, zero, "Ciphertext 0 is out of range"),
        Arguments.of("under another key", 12, Arrays.copyOf(VALUES, 512), "Ciphertext 0"),
        Arguments.of("short", 12, new byte[511], "must be 1 ciphertexts of 512 bytes"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badSums")
  void sender_badSum_refuses(String name, int common, byte[] ciphertext, String message) {
    assertRefused(
        SumHostilePeerTest::sender,
        channel -> {
          TERMS.exchange(channel, HONEST, IDS);
          RunSecrets secrets = new RunSecrets(OWN, channel, ids());
          Shuffle order = secrets.ownOrder();
          try (Blinding blinding = new Blinding(TERMS.binding(), secrets.scalar(), Progress.NONE)) {
            channel.send(HONEST, new BlindedPoints(blinding.blind(ids(), order, 0, IDS)));
          }
          channel.receive(HONEST, ShuffledTags.class);
          channel.receive(HONEST, CountedPoints.class);
          channel.receive(HONEST, SumKey.class);
          channel.receive(HONEST, CountedValues.class);
          channel.send(
              HONEST,
              new IntersectionSum(
                  common, ciphertext.length > 512 ? Arrays.copyOf(ciphertext, 512) : ciphertext));
        },
        message);
  }
}
