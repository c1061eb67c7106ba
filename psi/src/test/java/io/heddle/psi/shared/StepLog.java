// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.channel.Channel;
import io.heddle.channel.ForwardingChannel;
import io.heddle.channel.Message;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.Parties;
import io.heddle.party.PartyId;
import io.heddle.psi.PsiMessages;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** For tests: what one party sent, received and kept in a step, to do it again from a commit on. */
public final class StepLog {
  private static final MessageCodec CODEC = Parties.codec(PsiMessages.TYPES);

  /** What a party kept, and how many messages had gone and come by then. */
  public record Commit(byte[] state, int sent, int received) {}

  public final List<String> sent = new ArrayList<>();
  public final List<Message> received = new ArrayList<>();
  public final List<Commit> commits = new ArrayList<>();

  public Channel through(Channel channel) {
    return new Logged(channel, null, null);
  }

  /** Speaks with nobody: receives what came in after a commit of another run. */
  public Channel offline(Channel like, StepLog before, Commit commit) {
    return new Logged(
        like,
        commit.state(),
        new ArrayDeque<>(before.received.subList(commit.received(), before.received.size())));
  }

  private final class Logged extends ForwardingChannel {
    private final byte @Nullable [] restored;
    private final @Nullable Deque<Message> played;

    Logged(Channel channel, byte @Nullable [] restored, @Nullable Deque<Message> played) {
      super(channel);
      this.restored = restored;
      this.played = played;
    }

    @Override
    protected Channel around(Channel narrower, String name) {
      throw new AssertionError("A step has no steps in it");
    }

    @Override
    public void send(PartyId to, Message message) {
      sent.add(HexFormat.of().formatHex(CODEC.encode(message)));
      if (played == null) {
        super.send(to, message);
      }
    }

    @Override
    public <M extends Message> M receive(PartyId from, Class<M> type) {
      M message = played == null ? super.receive(from, type) : type.cast(played.remove());
      received.add(message);
      return message;
    }

    /** For whoever goes on from an earlier commit than the last. */
    @Override
    public void dropBlobs(Collection<byte[]> digests) {}

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
