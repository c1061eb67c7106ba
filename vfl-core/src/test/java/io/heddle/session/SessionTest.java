// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class SessionTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final PartyId INSURER = new PartyId("insurer");
  private static final SortedMap<String, String> NO_TERMS = new TreeMap<>();

  record Text(String text) implements Message {}

  private static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              100,
              Text.class,
              "A text of the test",
              (text, writer) -> writer.writeString(text.text()),
              reader -> new Text(reader.readString(1000))));

  @Test
  void step_threeParties_carriesMessages() {
    Parties.Code<String> code =
        session -> {
          Channel step = session.beginStep("talk", NO_TERMS).step("first");
          for (PartyId peer : step.peers()) {
            step.send(peer, new Text(session.self().name()));
          }
          StringBuilder heard = new StringBuilder(step.path());
          for (PartyId peer : step.peers()) {
            heard.append(' ').append(step.receive(peer, Text.class).text());
          }
          return heard.toString();
        };
    assertThat(Parties.run(TYPES, Map.of(BANK, code, RETAILER, code, INSURER, code)))
        .containsEntry(BANK, "1-talk/first insurer retailer")
        .containsEntry(INSURER, "1-talk/first bank retailer")
        .containsEntry(RETAILER, "1-talk/first bank insurer");
  }

  @Test
  void beginStep_otherCallAtPeer_namesBoth() {
    assertThatThrownBy(
            () ->
                Parties.run(
                    TYPES,
                    BANK,
                    session -> session.beginStep("fit", NO_TERMS).path(),
                    RETAILER,
                    session -> session.beginStep("transform", NO_TERMS).path()))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("step 1 'fit'")
        .hasMessageContaining("step 1 'transform'");
  }
}
