// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.party.PartyId;
import java.util.Collection;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** For tests: a channel that hands everything on. Subclasses watch or change what passes. */
public abstract class ForwardingChannel implements Channel {
  private final Channel channel;

  protected ForwardingChannel(Channel channel) {
    this.channel = channel;
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
  public final Channel step(String name) {
    return around(channel.step(name), name);
  }

  /** The same for a narrower step. */
  protected abstract Channel around(Channel narrower, String name);

  @Override
  public void send(PartyId to, Message message) {
    channel.send(to, message);
  }

  @Override
  public <M extends Message> M receive(PartyId from, Class<M> type) {
    return channel.receive(from, type);
  }

  @Override
  public @Nullable Blobs blobs(long bytes) {
    return channel.blobs(bytes);
  }

  @Override
  public Blobs blobs() {
    return channel.blobs();
  }

  @Override
  public void dropBlobs(Collection<byte[]> digests) {
    channel.dropBlobs(digests);
  }

  @Override
  public void commit(byte[] state) {
    channel.commit(state);
  }

  @Override
  public long mostToCommit() {
    return channel.mostToCommit();
  }

  @Override
  public byte @Nullable [] restored() {
    return channel.restored();
  }
}
