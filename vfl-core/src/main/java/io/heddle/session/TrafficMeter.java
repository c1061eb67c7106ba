// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.Envelope;
import io.heddle.channel.Message;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.party.PartyId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts a party's traffic. Safe for several threads. */
final class TrafficMeter {
  private final TreeMap<String, TreeMap<String, Counts>> counts = new TreeMap<>();
  private final TreeMap<PartyId, Long> waitedNanos = new TreeMap<>();

  private static final class Counts {
    final Class<? extends Message> type;
    long messagesSent;
    long bytesSent;
    long messagesReceived;
    long bytesReceived;

    Counts(Class<? extends Message> type) {
      this.type = type;
    }
  }

  private Counts of(String stepKind, Class<? extends Message> type) {
    return counts
        .computeIfAbsent(stepKind, kind -> new TreeMap<>())
        .computeIfAbsent(type.getName(), name -> new Counts(type));
  }

  synchronized void sent(String stepKind, Message message, Envelope envelope) {
    Counts line = of(stepKind, message.getClass());
    line.messagesSent++;
    line.bytesSent += envelope.wireBytes() + message.bytesBeside();
  }

  synchronized void received(String stepKind, Message message, Envelope envelope) {
    Counts line = of(stepKind, message.getClass());
    line.messagesReceived++;
    line.bytesReceived += envelope.wireBytes() + message.bytesBeside();
  }

  synchronized void waited(PartyId peer, long nanos) {
    waitedNanos.merge(peer, nanos, Long::sum);
  }

  synchronized void write(MessageCodec codec, WireWriter out) {
    out.writeInt(counts.values().stream().mapToInt(Map::size).sum());
    counts.forEach(
        (kind, types) ->
            types
                .values()
                .forEach(
                    line -> {
                      out.writeString(kind);
                      out.writeInt(codec.type(line.type).id());
                      out.writeLong(line.messagesSent);
                      out.writeLong(line.bytesSent);
                      out.writeLong(line.messagesReceived);
                      out.writeLong(line.bytesReceived);
                    }));
  }

  static TrafficMeter read(MessageCodec codec, WireReader in) {
    TrafficMeter meter = new TrafficMeter();
    int size = SessionState.size(in);
    for (int i = 0; i < size; i++) {
      Counts line =
          meter.of(in.readString(SessionState.MAX_TEXT_BYTES), codec.type(in.readInt()).type());
      line.messagesSent = in.readLong();
      line.bytesSent = in.readLong();
      line.messagesReceived = in.readLong();
      line.bytesReceived = in.readLong();
    }
    return meter;
  }

  synchronized Traffic snapshot() {
    List<Traffic.Line> lines = new ArrayList<>();
    counts.forEach(
        (kind, types) ->
            types
                .values()
                .forEach(
                    line ->
                        lines.add(
                            new Traffic.Line(
                                kind,
                                line.type,
                                line.messagesSent,
                                line.bytesSent,
                                line.messagesReceived,
                                line.bytesReceived))));
    SortedMap<PartyId, Duration> waited = new TreeMap<>();
    waitedNanos.forEach((peer, nanos) -> waited.put(peer, Duration.ofNanos(nanos)));
    return new Traffic(List.copyOf(lines), Collections.unmodifiableSortedMap(waited));
  }
}
