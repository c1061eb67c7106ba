// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.shared;

import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.channel.Message;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageType;
import io.heddle.party.PartyId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * For tests: what one party sends, receives and commits in a step, and channels that start it again
 * from one of its commits.
 */
public final class StepLog {
  private final MessageCodec codec;

  /**
   * A commit.
   *
   * @param sentBefore how many messages went out before it
   * @param receivedBefore how many came in
   */
  public record Commit(byte[] state, int sentBefore, int receivedBefore) {}

  private record Received(String path, PartyId from, Message message) {}

  private final List<String> sent = new ArrayList<>();
  private final List<Received> received = new ArrayList<>();
  private final List<Commit> commits = new ArrayList<>();

  /**
   * @param types every type that the step sends
   */
  public StepLog(List<MessageType<?>> types) {
    codec = new MessageCodec(types);
  }

  public List<Commit> commits() {
    return commits;
  }

  /** Path, receiver and bytes of each message, from one on. */
  public List<String> sentFrom(int first) {
    return sent.subList(first, sent.size());
  }

  public List<String> states() {
    return commits.stream().map(commit -> HexFormat.of().formatHex(commit.state())).toList();
  }

  /** Speaks through a channel, and gives a state as what was restored. */
  public Channel through(Channel channel, byte @Nullable [] restored) {
    return new Logged(
        channel.self(), channel.peers(), channel.path(), restored, channel, new ArrayDeque<>());
  }

  /**
   * Speaks with nobody: receives again what came in after a commit, as a session that was restored
   * plays it.
   *
   * @param undisturbed the run in which the messages came in
   */
  public Channel offline(StepLog undisturbed, Channel like, Commit commit) {
    return new Logged(
        like.self(),
        like.peers(),
        like.path(),
        commit.state(),
        null,
        new ArrayDeque<>(
            undisturbed.received.subList(commit.receivedBefore(), undisturbed.received.size())));
  }

  private final class Logged implements Channel {
    private final PartyId self;
    private final SortedSet<PartyId> peers;
    private final String path;
    private final byte @Nullable [] restored;
    private final @Nullable Channel channel;
    private final Deque<Received> played;

    Logged(
        PartyId self,
        SortedSet<PartyId> peers,
        String path,
        byte @Nullable [] restored,
        @Nullable Channel channel,
        Deque<Received> played) {
      this.self = self;
      this.peers = peers;
      this.path = path;
      this.restored = restored;
      this.channel = channel;
      this.played = played;
    }

    @Override
    public PartyId self() {
      return self;
    }

    @Override
    public SortedSet<PartyId> peers() {
      return peers;
    }

    @Override
    public String path() {
      return path;
    }

    @Override
    public Channel step(String name) {
      return new Logged(
          self,
          peers,
          path + "/" + name,
          null,
          channel == null ? null : channel.step(name),
          played);
    }

    @Override
    public void send(PartyId to, Message message) {
      sent.add(path + " to " + to + ": " + HexFormat.of().formatHex(codec.encode(message)));
      if (channel != null) {
        channel.send(to, message);
      }
    }

    @Override
    public <M extends Message> M receive(PartyId from, Class<M> type) {
      M message;
      if (channel != null) {
        message = channel.receive(from, type);
      } else {
        Received next = played.remove();
        if (!next.path().equals(path) || !next.from().equals(from)) {
          throw new AssertionError("Receives from " + from + " in " + path + ", not " + next);
        }
        message = type.cast(next.message());
      }
      received.add(new Received(path, from, message));
      return message;
    }

    @Override
    public @Nullable Blobs blobs(long bytes) {
      return channel == null ? null : channel.blobs(bytes);
    }

    @Override
    public Blobs blobs() {
      return channel == null ? Channel.super.blobs() : channel.blobs();
    }

    @Override
    public void commit(byte[] state) {
      commits.add(new Commit(state, sent.size(), received.size()));
    }

    @Override
    public byte @Nullable [] restored() {
      return restored;
    }
  }
}
