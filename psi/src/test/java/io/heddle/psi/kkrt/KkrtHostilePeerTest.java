// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.Parties;
import io.heddle.channel.TappedChannel;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.PsiMessages;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.kkrt.KkrtMessage.CommonNames;
import io.heddle.psi.kkrt.KkrtMessage.SenderTags;
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
class KkrtHostilePeerTest {
  private static final PartyId HONEST = new PartyId("honest");
  private static final PartyId HOSTILE = new PartyId("hostile");
  private static final PsiTerms TERMS =
      new PsiTerms(new byte[32], true, 1, 100, PsiProtocol.KKRT, true, RunRecord.NONE);
  private static final IdList IDS =
      IdList.of(
          Stream.of("a", "b", "c", "d").map(id -> id.getBytes(StandardCharsets.UTF_8)).toList());

  private static int[] sender(Session session, Channel channel, PartyId peer) {
    int theirSize = TERMS.exchange(channel, peer, IDS.size()).ids();
    return new KkrtPsiSender(TERMS, session::privateRandomness, Progress.NONE)
        .run(channel, peer, IDS, theirSize);
  }

  private static int[] receiver(Session session, Channel channel, PartyId peer) {
    int theirSize = TERMS.exchange(channel, peer, IDS.size()).ids();
    return new KkrtPsiReceiver(TERMS, session::privateRandomness, Progress.NONE)
        .run(channel, peer, IDS, theirSize);
  }

  private interface Role {
    int[] run(Session session, Channel channel, PartyId peer);
  }

  private static void assertRefused(
      Role honest,
      Role hostile,
      UnaryOperator<Message> change,
      Class<? extends VflException> error,
      String message) {
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
        .isInstanceOf(error)
        .hasMessageContaining(message);
  }

  private static SenderTags tags(SenderTags sent, byte[] changed) {
    return new SenderTags(sent.width(), changed);
  }

  private static byte[] oneTwice(byte[] flat, int width) {
    byte[] changed = flat.clone();
    System.arraycopy(flat, 0, changed, 2 * width, width);
    return changed;
  }

  private interface Change<M extends Message> {
    Message of(M sent);
  }

  static Stream<Arguments> badTags() {
    return Stream.of(
        badTag("wider", m -> new SenderTags(8, new byte[32]), "Invalid tag width 8: must be 7"),
        badTag("widest", m -> new SenderTags(12, new byte[48]), "Invalid tag width 12: must be"),
        badTag(
            "one missing",
            m -> tags(m, Arrays.copyOf(m.items(), 3 * m.width())),
            "Invalid chunk of 3 items from hostile: must be 4"),
        badTag(
            "one too many",
            m -> tags(m, Arrays.copyOf(m.items(), 5 * m.width())),
            "Invalid chunk of 5 items from hostile: must be 4"),
        badTag(
            "one twice",
            m -> tags(m, oneTwice(m.items(), m.width())),
            "The list of 4 items from hostile holds one twice"),
        badTag("names instead", m -> new CommonNames(7, new byte[7]), "Expected SenderTags"),
        badTag("size instead", m -> new IntersectionSize(1), "Expected SenderTags"));
  }

  private static Arguments badTag(String name, Change<SenderTags> change, String message) {
    return Arguments.of(name, change, message);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badTags")
  void receiver_badTags_refuses(String name, Change<SenderTags> change, String message) {
    assertRefused(
        KkrtHostilePeerTest::receiver,
        KkrtHostilePeerTest::sender,
        sent -> sent instanceof SenderTags tags ? change.of(tags) : sent,
        ProtocolException.class,
        message);
  }

  private static Arguments badName(String name, Change<CommonNames> change, String message) {
    return Arguments.of(name, change, message);
  }

  private static CommonNames names(CommonNames sent, byte[] changed) {
    return new CommonNames(sent.width(), changed);
  }

  static Stream<Arguments> badNames() {
    return Stream.of(
        badName("narrower", m -> new CommonNames(5, new byte[20]), "Invalid name width 5: must be"),
        badName("wider", m -> new CommonNames(11, new byte[44]), "Invalid name width 11: must be"),
        badName(
            "one missing",
            m -> names(m, Arrays.copyOf(m.items(), 3 * m.width())),
            "Invalid chunk of 3 items from hostile: must be 4"),
        badName(
            "one twice",
            m -> {
              byte[] twice = m.items().clone();
              System.arraycopy(twice, 0, twice, m.width(), m.width());
              return names(m, twice);
            },
            "The list of 4 names from hostile is not ascending, each once"),
        badName(
            "turned round",
            m -> {
              byte[] turned = m.items().clone();
              System.arraycopy(m.items(), 0, turned, 3 * m.width(), m.width());
              System.arraycopy(m.items(), 3 * m.width(), turned, 0, m.width());
              return names(m, turned);
            },
            "is not ascending, each once"),
        badName(
            "of no id",
            m -> {
              byte[] other = m.items().clone();
              // Above the last one, and so in order.
              Arrays.fill(other, 3 * m.width(), 4 * m.width(), (byte) 0xff);
              return names(m, other);
            },
            "1 names from hostile are of no id of this party"),
        badName("tags instead", m -> new SenderTags(7, new byte[7]), "Expected CommonNames"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badNames")
  void sender_badNames_refuses(String name, Change<CommonNames> change, String message) {
    assertRefused(
        KkrtHostilePeerTest::sender,
        KkrtHostilePeerTest::receiver,
        sent -> sent instanceof CommonNames names ? change.of(names) : sent,
        ProtocolException.class,
        message);
  }

  @Test
  void sender_moreCommonIdsThanEitherHas_refuses() {
    assertRefused(
        KkrtHostilePeerTest::sender,
        KkrtHostilePeerTest::receiver,
        sent -> sent instanceof IntersectionSize ? new IntersectionSize(5) : sent,
        ProtocolException.class,
        "Invalid intersection of 5 ids: must be at most 4");
  }

  @Test
  void sender_otherRowsThanDeclared_refuses() {
    PsiTerms large =
        new PsiTerms(new byte[32], true, 1, 5000, PsiProtocol.KKRT, true, RunRecord.NONE);
    assertRefused(
        (session, channel, peer) -> {
          int theirSize = large.exchange(channel, peer, IDS.size()).ids();
          return new KkrtPsiSender(large, session::privateRandomness, Progress.NONE)
              .run(channel, peer, IDS, theirSize);
        },
        KkrtHostilePeerTest::receiver,
        sent -> sent instanceof SetSize ? large.setSize(5000) : sent,
        ProtocolException.class,
        "must be 6350");
  }

  static Stream<Arguments> badOpenings() {
    return Stream.of(
        Arguments.of(
            "over quota",
            new SetSize(101, 1, true, PsiProtocol.KKRT, true),
            PrivacyException.class,
            "at most 100"),
        Arguments.of(
            "other minimum",
            new SetSize(4, 2, true, PsiProtocol.KKRT, true),
            ProtocolException.class,
            "Different terms"),
        Arguments.of(
            "other learners",
            new SetSize(4, 1, false, PsiProtocol.KKRT, true),
            ProtocolException.class,
            "Different terms"),
        Arguments.of(
            "other protocol",
            new SetSize(4, 1, true, PsiProtocol.AUTO, true),
            ProtocolException.class,
            "protocol kkrt here, auto there"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badOpenings")
  void bothRoles_badOpening_refuse(
      String name, SetSize opening, Class<? extends VflException> error, String message) {
    for (Role role : List.<Role>of(KkrtHostilePeerTest::sender, KkrtHostilePeerTest::receiver)) {
      assertRefused(
          role,
          (session, channel, peer) -> {
            channel.send(peer, opening);
            return new int[0];
          },
          sent -> sent,
          error,
          message);
    }
  }
}
