// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.party.PartyId;
import java.util.Queue;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** A channel that also keeps what this party sends. */
record RecordingChannel(Channel channel, Queue<Message> sent) implements Channel {
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
    return new RecordingChannel(channel.step(name), sent);
  }

  @Override
  public void send(PartyId to, Message message) {
    sent.add(message);
    channel.send(to, message);
  }

  @Override
  public <M extends Message> M receive(PartyId from, Class<M> type) {
    return channel.receive(from, type);
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
