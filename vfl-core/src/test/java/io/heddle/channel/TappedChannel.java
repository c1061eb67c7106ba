// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.party.PartyId;
import java.util.Collection;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * For tests: watches what a party receives, and lets it send something else than its role would.
 */
public final class TappedChannel extends ForwardingChannel {
  private final Consumer<Message> onReceive;
  private final BiFunction<PartyId, Message, List<Message>> onSend;

  private TappedChannel(
      Channel channel,
      Consumer<Message> onReceive,
      BiFunction<PartyId, Message, List<Message>> onSend) {
    super(channel);
    this.onReceive = onReceive;
    this.onSend = onSend;
  }

  /** Keeps what is received. */
  public static UnaryOperator<Channel> recording(Collection<Message> received) {
    return channel -> new TappedChannel(channel, received::add, (to, sent) -> List.of(sent));
  }

  /** Changes what is sent. */
  public static UnaryOperator<Channel> sending(UnaryOperator<Message> onSend) {
    return sending((to, message) -> List.of(onSend.apply(message)));
  }

  /** Changes what is sent, by who is to have it, also into several messages or none. */
  public static UnaryOperator<Channel> sending(BiFunction<PartyId, Message, List<Message>> onSend) {
    return channel -> new TappedChannel(channel, any -> {}, onSend);
  }

  /** Keeps what is sent. */
  public static Channel keepingSent(Channel channel, Collection<Message> sent) {
    return sending(
            message -> {
              sent.add(message);
              return message;
            })
        .apply(channel);
  }

  @Override
  protected Channel around(Channel narrower, String name) {
    return new TappedChannel(narrower, onReceive, onSend);
  }

  @Override
  public void send(PartyId to, Message message) {
    for (Message each : onSend.apply(to, message)) {
      super.send(to, each);
    }
  }

  @Override
  public <M extends Message> M receive(PartyId from, Class<M> type) {
    M message = super.receive(from, type);
    onReceive.accept(message);
    return message;
  }
}
