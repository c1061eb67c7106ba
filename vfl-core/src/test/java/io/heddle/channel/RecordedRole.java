// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.party.PartyId;
import io.heddle.session.Session;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * For tests: what one party's code did with its channels, to be done again without computing it.
 * Where all randomness is the same, a role does the same in each run; so a schedule whose roles are
 * played shows what becomes of their messages, at a fraction of the cost. What is received must be
 * what was received when it was recorded, to the byte.
 */
public final class RecordedRole<R> {
  /** Code of a party that begins its steps through here. */
  @FunctionalInterface
  public interface Code<R> {
    R run(Session session, Steps steps) throws Exception;
  }

  /** Begins the steps of a session. */
  @FunctionalInterface
  public interface Steps {
    Channel begin(String kind, SortedMap<String, String> terms);
  }

  private sealed interface Act {}

  private record Begun(String kind, SortedMap<String, String> terms) implements Act {}

  private record Sent(List<String> path, PartyId to, Message message) implements Act {}

  private record Received(
      List<String> path, PartyId from, Class<? extends Message> type, byte[] body) implements Act {}

  private record Committed(byte[] state) implements Act {}

  private final MessageCodec codec;
  private final List<Act> acts = new ArrayList<>();
  private @Nullable R result;

  private RecordedRole(MessageCodec codec) {
    this.codec = codec;
  }

  /** Runs the code and keeps what it does. */
  public static <R> RecordedRole<R> record(Session session, MessageCodec codec, Code<R> code)
      throws Exception {
    RecordedRole<R> role = new RecordedRole<>(codec);
    role.result =
        code.run(
            session,
            (kind, terms) -> {
              role.acts.add(new Begun(kind, new TreeMap<>(terms)));
              return role.new Recorder(session.beginStep(kind, terms), List.of());
            });
    return role;
  }

  /** What the code returned. */
  public R result() {
    return Objects.requireNonNull(result);
  }

  /** Does the same in another session, from the last commit that it has kept. */
  public R play(Session session) {
    Map<List<String>, Channel> channels = new HashMap<>();
    for (int i = 0; i < acts.size(); i++) {
      Act act = acts.get(i);
      if (act instanceof Begun begun) {
        channels.clear();
        Channel step = session.beginStep(begun.kind(), begun.terms());
        channels.put(List.of(), step);
        byte[] restored = step.restored();
        if (restored != null) {
          i = after(i, restored);
        }
      } else if (act instanceof Sent sent) {
        channel(channels, sent.path()).send(sent.to(), sent.message());
      } else if (act instanceof Received received) {
        Message message =
            channel(channels, received.path()).receive(received.from(), received.type());
        if (!Arrays.equals(codec.encode(message), received.body())) {
          throw new AssertionError("Another " + received.type().getSimpleName() + " than recorded");
        }
      } else if (act instanceof Committed committed) {
        channel(channels, List.of()).commit(committed.state());
      }
    }
    return result();
  }

  /** The place of the commit in the step that begins at a place. */
  private int after(int begin, byte[] state) {
    int found = -1;
    for (int i = begin + 1; i < acts.size() && !(acts.get(i) instanceof Begun); i++) {
      if (acts.get(i) instanceof Committed committed && Arrays.equals(committed.state(), state)) {
        found = i;
      }
    }
    if (found < 0) {
      throw new AssertionError("The step was restored to a state that it never had");
    }
    return found;
  }

  private static Channel channel(Map<List<String>, Channel> channels, List<String> path) {
    Channel known = channels.get(path);
    if (known != null) {
      return known;
    }
    int last = path.size() - 1;
    Channel opened = channel(channels, path.subList(0, last)).step(path.get(last));
    channels.put(path, opened);
    return opened;
  }

  /** Keeps what passes. */
  private final class Recorder extends ForwardingChannel {
    private final List<String> path;

    Recorder(Channel channel, List<String> path) {
      super(channel);
      this.path = path;
    }

    @Override
    protected Channel around(Channel narrower, String name) {
      List<String> narrowerPath = new ArrayList<>(path);
      narrowerPath.add(name);
      return new Recorder(narrower, List.copyOf(narrowerPath));
    }

    @Override
    public void send(PartyId to, Message message) {
      acts.add(new Sent(path, to, message));
      super.send(to, message);
    }

    @Override
    public <M extends Message> M receive(PartyId from, Class<M> type) {
      M message = super.receive(from, type);
      acts.add(new Received(path, from, type, codec.encode(message)));
      return message;
    }

    @Override
    public void commit(byte[] state) {
      if (!path.isEmpty()) {
        throw new AssertionError("Only commits of whole steps can be played");
      }
      acts.add(new Committed(state.clone()));
      super.commit(state);
    }
  }
}
