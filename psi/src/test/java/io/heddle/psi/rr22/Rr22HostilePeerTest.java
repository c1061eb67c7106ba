// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.rr22.Rr22Message.CommonPlaces;
import io.heddle.psi.rr22.Rr22Message.IdTags;
import io.heddle.psi.rr22.Rr22Message.MaskedVector;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.RunRecord;
import io.heddle.psi.shared.SharedMessage.IntersectionSize;
import io.heddle.psi.shared.SharedMessage.SetSize;
import io.heddle.session.Session;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Honest roles against peers that do their part but for what the protocol does not allow. */
class Rr22HostilePeerTest {
  private static final PartyId HONEST = new PartyId("honest");
  private static final PartyId HOSTILE = new PartyId("hostile");
  private static final PsiTerms TERMS = terms(100);
  private static final IdList IDS = ids("a", "b", "c", "d");
  private static final IdList SOME = ids("a", "b", "x", "y");

  private static PsiTerms terms(int maxPeerSize) {
    return new PsiTerms(new byte[32], true, 1, maxPeerSize, PsiProtocol.RR22, true, RunRecord.NONE);
  }

  private static IdList ids(String... ids) {
    return IdList.of(Stream.of(ids).map(id -> id.getBytes(StandardCharsets.UTF_8)).toList());
  }

  private static int[] sender(Session session, Channel channel, PartyId peer) {
    int theirSize = TERMS.exchange(channel, peer, IDS.size()).ids();
    return new Rr22Sender(TERMS, session::privateRandomness, Progress.NONE)
        .run(channel, peer, IDS, theirSize);
  }

  private static int[] receiver(Session session, Channel channel, PartyId peer) {
    int theirSize = TERMS.exchange(channel, peer, SOME.size()).ids();
    return new Rr22Receiver(TERMS, session::privateRandomness, Progress.NONE)
        .run(channel, peer, SOME, theirSize);
  }

  private interface Role {
    int[] run(Session session, Channel channel, PartyId peer);
  }

  private static void assertRefused(
      Role honest, Role hostile, UnaryOperator<Message> change, String message) {
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    HONEST,
                    session ->
                        honest.run(session, session.beginStep("psi", new TreeMap<>()), HOSTILE),
                    HOSTILE,
                    session ->
                        hostile.run(
                            session,
                            TappedChannel.sending(change)
                                .apply(session.beginStep("psi", new TreeMap<>())),
                            HONEST)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(message);
  }

  private interface Change<M extends Message> {
    Message of(M sent);
  }

  private static <M extends Message> Arguments bad(String name, Change<M> change, String message) {
    return Arguments.of(name, change, message);
  }

  private static IdTags tags(IdTags sent, byte[] changed) {
    return new IdTags(sent.width(), changed);
  }

  static Stream<Arguments> badTags() {
    return Stream.of(
        Rr22HostilePeerTest.<IdTags>bad(
            "wider", m -> new IdTags(9, new byte[36]), "Invalid tag width 9: must be 8"),
        Rr22HostilePeerTest.<IdTags>bad(
            "one missing",
            m -> tags(m, Arrays.copyOf(m.items(), 3 * m.width())),
            "Invalid chunk of 3 items from hostile: must be 4"),
        Rr22HostilePeerTest.<IdTags>bad(
            "one too many",
            m -> tags(m, Arrays.copyOf(m.items(), 5 * m.width())),
            "Invalid chunk of 5 items from hostile: must be 4"),
        Rr22HostilePeerTest.<IdTags>bad(
            "one twice",
            m -> {
              byte[] twice = m.items().clone();
              System.arraycopy(twice, 0, twice, 2 * m.width(), m.width());
              return tags(m, twice);
            },
            "The list of 4 items from hostile holds one twice"),
        Rr22HostilePeerTest.<IdTags>bad(
            "places instead", m -> new CommonPlaces(new byte[1]), "Expected IdTags"),
        Rr22HostilePeerTest.<IdTags>bad(
            "size instead", m -> new IntersectionSize(1), "Expected IdTags"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badTags")
  void receiver_badTags_refuses(String name, Change<IdTags> change, String message) {
    assertRefused(
        Rr22HostilePeerTest::receiver,
        Rr22HostilePeerTest::sender,
        sent -> sent instanceof IdTags tags ? change.of(tags) : sent,
        message);
  }

  static Stream<Arguments> badVectors() {
    return Stream.of(
        Rr22HostilePeerTest.<MaskedVector>bad(
            "one element missing",
            m -> new MaskedVector(Arrays.copyOf(m.elements(), m.elements().length - 16)),
            "items from hostile: must be 5"),
        Rr22HostilePeerTest.<MaskedVector>bad(
            "one element too many",
            m -> new MaskedVector(Arrays.copyOf(m.elements(), m.elements().length + 16)),
            "Invalid chunk of 5"),
        Rr22HostilePeerTest.<MaskedVector>bad(
            "tags instead", m -> new IdTags(8, new byte[8]), "Expected MaskedVector"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badVectors")
  void sender_badVector_refuses(String name, Change<MaskedVector> change, String message) {
    assertRefused(
        Rr22HostilePeerTest::sender,
        Rr22HostilePeerTest::receiver,
        sent -> sent instanceof MaskedVector vector ? change.of(vector) : sent,
        message);
  }

  static Stream<Arguments> badPlaces() {
    return Stream.of(
        Rr22HostilePeerTest.<CommonPlaces>bad(
            "more bytes",
            m -> new CommonPlaces(new byte[2]),
            "Invalid places of 2 bytes from hostile: must be 1"),
        Rr22HostilePeerTest.<CommonPlaces>bad(
            "fewer than said",
            m -> new CommonPlaces(new byte[] {(byte) (m.bits()[0] & (m.bits()[0] - 1))}),
            "The places from hostile are not those of 2 ids of this party"),
        Rr22HostilePeerTest.<CommonPlaces>bad(
            "more than said",
            m -> new CommonPlaces(new byte[] {15}),
            "are not those of 2 ids of this party"),
        Rr22HostilePeerTest.<CommonPlaces>bad(
            "behind the last",
            m -> new CommonPlaces(new byte[] {(byte) (m.bits()[0] | 0x80)}),
            "are not those of 2 ids of this party"),
        Rr22HostilePeerTest.<CommonPlaces>bad(
            "tags instead", m -> new IdTags(8, new byte[8]), "Expected CommonPlaces"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badPlaces")
  void sender_badPlaces_refuses(String name, Change<CommonPlaces> change, String message) {
    assertRefused(
        Rr22HostilePeerTest::sender,
        Rr22HostilePeerTest::receiver,
        sent -> sent instanceof CommonPlaces places ? change.of(places) : sent,
        message);
  }

  @Test
  void sender_moreCommonIdsThanEitherHas_refuses() {
    assertRefused(
        Rr22HostilePeerTest::sender,
        Rr22HostilePeerTest::receiver,
        sent -> sent instanceof IntersectionSize ? new IntersectionSize(5) : sent,
        "Invalid intersection of 5 ids: must be at most 4");
  }

  /** Places where no id of the sender stands, for lists are filled up. */
  @Test
  void sender_placeOfPadding_refuses() {
    List<String> own = io.heddle.psi.shared.PsiRuns.range(0, 300);
    assertThatThrownBy(
            () ->
                Parties.run(
                    PsiMessages.TYPES,
                    Rr22Runs.RECEIVER,
                    session ->
                        Rr22Runs.run(
                            TappedChannel.sending(Rr22HostilePeerTest::allPlaces)
                                .apply(session.beginStep("psi", new TreeMap<>())),
                            session::privateRandomness,
                            own,
                            true,
                            100),
                    Rr22Runs.SENDER,
                    session ->
                        Rr22Runs.run(
                            session.beginStep("psi", new TreeMap<>()),
                            session::privateRandomness,
                            own,
                            true,
                            100)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("The places from receiver are not those of 300 ids of this party");
  }

  private static Message allPlaces(Message sent) {
    if (!(sent instanceof CommonPlaces places)) {
      return sent;
    }
    byte[] all = places.bits().clone();
    Arrays.fill(all, (byte) -1);
    return new CommonPlaces(all);
  }

  @Test
  void sender_otherVectorThanDeclared_refuses() {
    PsiTerms large = terms(50_000);
    assertRefused(
        (session, channel, peer) -> {
          int theirSize = large.exchange(channel, peer, IDS.size()).ids();
          return new Rr22Sender(large, session::privateRandomness, Progress.NONE)
              .run(channel, peer, IDS, theirSize);
        },
        Rr22HostilePeerTest::receiver,
        sent -> sent instanceof SetSize ? large.setSize(50_000) : sent,
        "must be");
  }
}
