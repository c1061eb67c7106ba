// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.Collection;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/**
 * One party's way to the others within one step of a session. Code of a role reads top to bottom as
 * the paper's figure: send, receive, compute. Sending returns when the message is handed over, not
 * when it is read; the peer's mailbox holds it until its reader asks.
 *
 * <p>Each message has a key: session, step, attempt, from, to, and its number among the messages
 * from this party to that one in this step, which both sides count. So the k-th {@code receive} of
 * a step reads the k-th {@code send}, whatever arrives first.
 *
 * <p>Failures: {@link io.heddle.error.ProtocolException} where the peer sent another type, wrong
 * bytes or ended the session; {@link io.heddle.error.PeerUnavailableException} on a lost link or a
 * time-out. Safe for several threads as long as one thread at a time speaks with one peer in one
 * step.
 */
public interface Channel {
  /** All that the steps of a session keep is written as one array, with what else there is. */
  long MOST_STATE_BYTES = Integer.MAX_VALUE - (64L << 20);

  PartyId self();

  /** All others, in name order. */
  SortedSet<PartyId> peers();

  /**
   * The path of this step, such as {@code 2-fit/pass-3}. Public: it stands in message keys and
   * logs.
   */
  String path();

  /**
   * A narrower step within this one. Both sides must open the same steps. Counting starts anew;
   * each name is used once.
   */
  Channel step(String name);

  void send(PartyId to, Message message);

  /** To each of {@link #peers}, in their order. */
  default void sendToAll(Message message) {
    for (PartyId peer : peers()) {
      send(peer, message);
    }
  }

  <M extends Message> M receive(PartyId from, Class<M> type);

  /**
   * The way for a large message beside the links: its body is put into the peers' stores by
   * whatever process has made it, and a message then names it.
   *
   * @param bytes how many go to each peer
   * @return null if the peers cannot be reached so, or the bytes are better sent as messages
   */
  default @Nullable Blobs blobs(long bytes) {
    return null;
  }

  /**
   * The same way, to read what a peer's message names.
   *
   * @throws io.heddle.error.ProtocolException if this party has no store, so that no peer can have
   *     put anything into it
   */
  default Blobs blobs() {
    throw new ProtocolException("A message names blobs, and this party has no store for them");
  }

  /**
   * Deletes blobs of this party's own store that nobody will read again, also after a crash: two
   * commits after they came.
   */
  default void dropBlobs(Collection<byte[]> digests) {}

  /**
   * Keeps how far this step has come here, in place of what it kept before, together with all that
   * the session needs to go on from this very point: whoever is started again after a crash finds
   * it as {@link #restored} and goes on from there. Waits until the peers hold every message that
   * was sent before. Without a place on the disk for it, does nothing.
   *
   * <p>What a role receives between two commits is kept too, so a role that is started again from
   * the last one receives the same again and must send the same again: what it does depends on its
   * state, its data, the session's randomness and what it receives, on nothing else.
   *
   * @param state what {@link #restored} shall give; secret, encrypted on the disk, never sent; not
   *     to be changed afterwards
   * @throws io.heddle.error.CheckpointException if the disk does not take it
   * @throws io.heddle.error.DataException if it is longer than {@link #mostToCommit}
   */
  void commit(byte[] state);

  /**
   * How many bytes {@link #commit} takes of this step, beside what the session's other steps keep:
   * for a role whose state is long to ask before it sends anything. Without a place on the disk
   * there is no bound.
   */
  default long mostToCommit() {
    return Long.MAX_VALUE;
  }

  /**
   * What this step kept last, before this party was started again; null if it has to begin. Nobody
   * else can have written it. A step that has ended keeps its result: it is asked again, too.
   */
  byte @Nullable [] restored();
}
