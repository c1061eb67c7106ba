// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.MessageKey;
import io.heddle.party.PartyId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** The view of one step: its path and its messages. */
final class SessionChannel implements Channel {
  private static final int ATTEMPT = 1;

  private final Session session;
  private final String kind;
  private final String path;
  private final Set<String> steps = new HashSet<>();

  SessionChannel(Session session, String kind, String path) {
    this.session = session;
    this.kind = kind;
    this.path = path;
  }

  @Override
  public PartyId self() {
    return session.self();
  }

  @Override
  public SortedSet<PartyId> peers() {
    return session.peers();
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public Channel step(String name) {
    synchronized (steps) {
      if (!steps.add(name)) {
        throw new IllegalArgumentException("Step " + path + " has a step " + name + " already");
      }
    }
    return new SessionChannel(session, kind, path + "/" + name);
  }

  @Override
  public void send(PartyId to, Message message) {
    session.send(kind, key(self(), to, session.counts().nextSent(path, to)), message);
  }

  @Override
  public <M extends Message> M receive(PartyId from, Class<M> type) {
    return session.receive(
        kind, key(from, self(), session.counts().nextReceived(path, from)), type);
  }

  @Override
  public void commit(byte[] state) {
    session.commit(path, state);
  }

  @Override
  public long mostToCommit() {
    return session.mostToCommit(path);
  }

  @Override
  public byte @Nullable [] restored() {
    return session.restored(path);
  }

  @Override
  public @Nullable Blobs blobs(long bytes) {
    return session.blobs(bytes);
  }

  @Override
  public Blobs blobs() {
    Blobs way = session.blobs();
    return way == null ? Channel.super.blobs() : way;
  }

  @Override
  public void dropBlobs(Collection<byte[]> digests) {
    session.dropBlobs(digests);
  }

  MessageKey key(PartyId from, PartyId to, int number) {
    return new MessageKey(session.id(), path, ATTEMPT, from, to, number);
  }
}
