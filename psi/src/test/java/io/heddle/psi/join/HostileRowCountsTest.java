// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.join;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.ExchangeLimits;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.InMemoryExchange;
import io.heddle.channel.Parties;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.psi.join.JoinMessage.Multiplicities;
import io.heddle.psi.join.JoinMessage.OtherRows;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An honest party that hears of rows; and what honest ones hear. */
class HostileRowCountsTest {
  private static final PartyId HONEST = new PartyId("honest");
  private static final PartyId HOSTILE = new PartyId("hostile");
  private static final int MOST = 1000;

  static Stream<Arguments> badCounts() {
    int[] most = {MOST - 2, 2, 1};
    return Stream.of(
        Arguments.of("zero", new Multiplicities(new int[] {1, 0, 1}), "Invalid number of rows 0"),
        Arguments.of(
            "negative", new Multiplicities(new int[] {1, 2, -1}), "Invalid number of rows -1"),
        Arguments.of(
            "smallest number",
            new Multiplicities(new int[] {Integer.MIN_VALUE, 1, 1}),
            "Invalid number of rows -2147483648"),
        Arguments.of("none", new Multiplicities(new int[0]), "must be one or more"),
        Arguments.of(
            "one missing", new Multiplicities(new int[] {1, 1}), "must be 3, for 3 ids are common"),
        Arguments.of(
            "one too many",
            new Multiplicities(new int[] {1, 1, 1, 1}),
            "must be 3, for 3 ids are common"),
        Arguments.of("one row too many", new Multiplicities(most), "1001 rows in all"),
        Arguments.of(
            "a sum beyond 32 bits",
            new Multiplicities(new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE}),
            "6442450941 rows in all"),
        Arguments.of("another message", new OtherRows(3), "Expected Multiplicities"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badCounts")
  void exchange_badCounts_refuses(String name, JoinMessage message, String error) {
    assertThatThrownBy(
            () ->
                Parties.run(
                    JoinMessages.TYPES,
                    HONEST,
                    session ->
                        RowCounts.exchange(
                            session.beginStep("rows", new TreeMap<>()), new int[] {1, 2, 3}, MOST),
                    HOSTILE,
                    session -> {
                      session.beginStep("rows", new TreeMap<>()).send(HONEST, message);
                      return new TreeMap<>();
                    }))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining(error);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, MOST + 1, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void shareOthers_badNumber_refuses(int rows) {
    assertThatThrownBy(
            () ->
                Parties.run(
                    JoinMessages.TYPES,
                    HONEST,
                    session ->
                        RowCounts.shareOthers(
                            session.beginStep("rows", new TreeMap<>()), HOSTILE, 0, MOST),
                    HOSTILE,
                    session -> {
                      session.beginStep("rows", new TreeMap<>()).send(HONEST, new OtherRows(rows));
                      return 0;
                    }))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("Invalid number of rows " + rows);
  }

  @Test
  void shareOthers_anyParty_getsTheReceivers() {
    Parties.Code<Integer> code =
        session ->
            RowCounts.shareOthers(
                session.beginStep("rows", new TreeMap<>()),
                HONEST,
                session.self().equals(HONEST) ? MOST : 7,
                MOST);

    assertThat(Parties.run(JoinMessages.TYPES, HONEST, code, HOSTILE, code))
        .containsExactly(MOST, MOST);
  }

  /** Over the smallest mailboxes: who sends more to a party that is sending waits for ever. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, RowCounts.ITEMS, 2 * RowCounts.ITEMS + 3})
  void exchange_eightParties_allHoldTheSame(int ids) {
    Map<PartyId, Parties.Code<SortedMap<PartyId, int[]>>> codes = new TreeMap<>();
    for (int i = 0; i < 8; i++) {
      int[] own = new int[ids];
      Arrays.fill(own, i + 1);
      codes.put(
          new PartyId("party-" + i),
          session -> {
            Channel step = session.beginStep("rows", new TreeMap<>());
            return RowCounts.exchange(step, own, 1 << 25);
          });
    }
    SortedMap<PartyId, SortedMap<PartyId, int[]>> results =
        Parties.run(
            (parties, codec) ->
                InMemoryExchange.network(
                    parties,
                    codec,
                    new ExchangeLimits(1 << 16, 1 << 20),
                    ExchangeTimeouts.DEFAULT,
                    party -> FrameObserver.NONE),
            JoinMessages.TYPES,
            codes);
    results.forEach(
        (party, counts) -> {
          assertThat(counts).hasSize(8);
          for (int i = 0; i < 8; i++) {
            int value = i + 1;
            assertThat(Objects.requireNonNull(counts.get(new PartyId("party-" + i))))
                .hasSize(ids)
                .matches(theirs -> Arrays.stream(theirs).allMatch(count -> count == value));
          }
        });
  }
}
