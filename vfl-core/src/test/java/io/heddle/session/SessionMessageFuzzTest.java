// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.party.PartyId;
import io.heddle.session.SessionMessage.Finish;
import io.heddle.session.SessionMessage.Hello;
import io.heddle.session.SessionMessage.HelloAck;
import io.heddle.session.SessionMessage.StepStart;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

class SessionMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return SessionMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    TreeMap<String, String> terms =
        new TreeMap<>(
            Map.of("paillier.key-bits", "3072", "psi.minimum", "-7", "name", "Gr\u00fc\u00dfe"));
    SessionTerms plain =
        SessionTerms.of(
            "train",
            Map.of(new PartyId("bank"), "label-holder", new PartyId("shop-2"), "feature-holder"),
            terms);
    SessionTerms withFloors =
        plain.withFloors(new TreeMap<>(Map.of("paillier.key-bits", 2048L, "psi.minimum", 0L)));
    return List.of(
        new Hello(SessionMessages.VERSION, new byte[32], plain),
        new Hello(SessionMessages.VERSION, new byte[32], withFloors),
        new HelloAck(new byte[32]),
        new StepStart(1, "psi", new TreeMap<>()),
        new StepStart(2, "logistic-regression", terms),
        new Finish(new byte[32], new byte[32]));
  }

  /** The opening refuses another version whatever stands behind it: see SessionTest. */
  @Override
  protected boolean isRefusedByItsReader(Message message) {
    return message instanceof Hello hello && hello.version() != SessionMessages.VERSION;
  }
}
