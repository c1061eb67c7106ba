// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.Channel;
import io.heddle.channel.ExchangeStart.Run;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.DataException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How far a session has come at one party, from the agreed id on.
 *
 * @param id the session id
 * @param peers which run of their exchange the peers are
 * @param acknowledged whether every peer has sent its hello-ack
 * @param finished whether all parties have seen the same messages
 * @param settled whether every peer is known to be finished too: none needs this party any more
 * @param begun the steps that have begun, in order: kind and digest of the terms
 * @param results what each step kept last, by its path
 */
record SessionState(
    String id,
    SortedMap<PartyId, Run> peers,
    boolean acknowledged,
    boolean finished,
    boolean settled,
    List<String> begun,
    StepCounts counts,
    Transcript sent,
    Transcript received,
    TrafficMeter traffic,
    SortedMap<String, byte[]> results) {
  static final int MAX_TEXT_BYTES = 1024;
  private static final int VERSION = 2;

  /** As it is when the parties have agreed on the id. */
  static SessionState agreed(String id, SortedMap<PartyId, Run> peers, TrafficMeter traffic) {
    return new SessionState(
        id,
        peers,
        false,
        false,
        false,
        Collections.synchronizedList(new ArrayList<>()),
        new StepCounts(),
        new Transcript(),
        new Transcript(),
        traffic,
        Collections.synchronizedSortedMap(new TreeMap<>()));
  }

  SessionState whenAcknowledged() {
    return new SessionState(
        id, peers, true, finished, settled, begun, counts, sent, received, traffic, results);
  }

  SessionState whenFinished() {
    return new SessionState(
        id, peers, acknowledged, true, settled, begun, counts, sent, received, traffic, results);
  }

  SessionState whenSettled() {
    return new SessionState(
        id, peers, acknowledged, finished, true, begun, counts, sent, received, traffic, results);
  }

  /** How long the result of a step may be, beside those of the others. */
  long mostToKeep(String step) {
    long others = 0;
    synchronized (results) {
      for (Map.Entry<String, byte[]> each : results.entrySet()) {
        if (!each.getKey().equals(step)) {
          others += each.getKey().length() + each.getValue().length;
        }
      }
    }
    return Math.max(0, Channel.MOST_STATE_BYTES - others);
  }

  /**
   * Takes the result of a step, in place of the one before.
   *
   * @throws DataException if all results together would be too long to be written
   */
  void keep(String step, byte[] result) {
    synchronized (results) {
      long most = mostToKeep(step);
      if (result.length > most) {
        throw new DataException(
            "Step "
                + step
                + " takes "
                + result.length
                + " bytes to go on from after a crash, and no more than "
                + most
                + " can be kept beside those of the session's other steps: take fewer rows, or a"
                + " session of its own");
      }
      results.put(step, result);
    }
  }

  /** The number of entries that follow. */
  static int size(WireReader in) {
    int size = in.readInt();
    if (size < 0) {
      throw new ProtocolException("Invalid number of entries " + size);
    }
    return size;
  }

  void write(MessageCodec codec, WireWriter out) {
    out.writeByte(VERSION);
    out.writeString(id);
    out.writeInt(peers.size());
    peers.forEach(
        (peer, run) -> {
          out.writeString(peer.name());
          out.writeString(run.id());
          out.writeInt(run.start());
        });
    out.writeBoolean(acknowledged);
    out.writeBoolean(finished);
    out.writeBoolean(settled);
    out.writeInt(begun.size());
    begun.forEach(out::writeString);
    counts.write(out);
    sent.write(out);
    received.write(out);
    traffic.write(codec, out);
    out.writeInt(results.size());
    results.forEach(
        (step, result) -> {
          out.writeString(step);
          out.writeBytes(result);
        });
  }

  static SessionState read(MessageCodec codec, WireReader in) {
    if (in.readByte() != VERSION) {
      throw new ProtocolException("The state of a session was written by another version");
    }
    String id = in.readString(MAX_TEXT_BYTES);
    SortedMap<PartyId, Run> peers = new TreeMap<>();
    for (int left = size(in); left > 0; left--) {
      PartyId peer = new PartyId(in.readString(MAX_TEXT_BYTES));
      peers.put(peer, new Run(in.readString(MAX_TEXT_BYTES), in.readInt()));
    }
    boolean acknowledged = in.readBoolean();
    boolean finished = in.readBoolean();
    boolean settled = in.readBoolean();
    List<String> begun = Collections.synchronizedList(new ArrayList<>());
    for (int left = size(in); left > 0; left--) {
      begun.add(in.readString(MAX_TEXT_BYTES));
    }
    StepCounts counts = StepCounts.read(in);
    Transcript sent = Transcript.read(in);
    Transcript received = Transcript.read(in);
    TrafficMeter traffic = TrafficMeter.read(codec, in);
    SortedMap<String, byte[]> results = Collections.synchronizedSortedMap(new TreeMap<>());
    for (int left = size(in); left > 0; left--) {
      results.put(in.readString(MAX_TEXT_BYTES), in.readBytes(Integer.MAX_VALUE));
    }
    in.end();
    return new SessionState(
        id,
        peers,
        acknowledged,
        finished,
        settled,
        begun,
        counts,
        sent,
        received,
        traffic,
        results);
  }
}
