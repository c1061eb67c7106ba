// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.party.PartyId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** For tests: keeps what a party receives, and lets it send something else than its role would. */
final class TappedChannel implements Channel {
  private final Channel channel;
  private final List<Message> received;
  private final UnaryOperator<Message> onSend;

  TappedChannel(Channel channel, List<Message> received, UnaryOperator<Message> onSend) {
    this.channel = channel;
    this.received = received;
    this.onSend = onSend;
  }

  static UnaryOperator<Channel> recording(List<Message> received) {
    return channel -> new TappedChannel(channel, received, UnaryOperator.identity());
  }

  static UnaryOperator<Channel> sending(UnaryOperator<Message> onSend) {
    return channel -> new TappedChannel(channel, new ArrayList<>(), onSend);
  }

  @Override
  public PartyId self() {
    return channel.self();
  }

  @Override
  public SortedSet<PartyId> peers() {
    return channel.peers();
  }

  @Override
  public String path() {
    return channel.path();
  }

  @Override
  public Channel step(String name) {
    return new TappedChannel(channel.step(name), received, onSend);
  }

  @Override
  public void send(PartyId to, Message message) {
    channel.send(to, onSend.apply(message));
  }

  @Override
  public <M extends Message> M receive(PartyId from, Class<M> type) {
    M message = channel.receive(from, type);
    received.add(message);
    return message;
  }

  @Override
  public void commit(byte[] state) {
    channel.commit(state);
  }

  @Override
  public byte @Nullable [] restored() {
    return channel.restored();
  }
}
