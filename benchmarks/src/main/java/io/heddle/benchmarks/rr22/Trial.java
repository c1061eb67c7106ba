// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.rr22;

import com.sun.management.OperatingSystemMXBean;
import io.heddle.channel.MessageType;
import io.heddle.channel.Parties;
import io.heddle.crypto.Sha256;
import io.heddle.ot.OtMessages;
import io.heddle.ot.OtUse;
import io.heddle.party.PartyId;
import io.heddle.session.Session;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Both parties of the trial in one JVM, over an exchange in memory, each on one thread. */
public final class Trial {
  /** Expander weights: the faster and the more careful one. */
  public static final int FASTER = ExpandConvolute.USUAL_WEIGHT;

  public static final int MORE_CAREFUL = 21;

  private static final PartyId RECEIVER = new PartyId("receiver");
  private static final PartyId SENDER = new PartyId("sender");

  private Trial() {}

  /**
   * What a run took.
   *
   * @param cpuSeconds of the process: with whatever compiler and collector did meanwhile
   * @param bytes all that crossed, both ways
   * @param common the indices of the receiver's common ids; none of the function alone
   * @param parts of either party's thread, by name
   */
  public record Outcome(
      double seconds, double cpuSeconds, long bytes, int[] common, Map<String, double[]> parts) {}

  private record End(int[] common, long bytesSent, Map<String, Laps.Lap> laps) {}

  /**
   * An intersection by rr22.
   *
   * @param weight of the expander
   */
  public static Outcome rr22(List<byte[]> ofReceiver, List<byte[]> ofSender, int weight) {
    return measure(
        session -> {
          Rr22 party = party(session, SENDER, ofReceiver, weight);
          int[] common = party.receive(ofSender.size());
          return end(session, common, party.laps());
        },
        session -> {
          Rr22 party = party(session, RECEIVER, ofSender, weight);
          party.send(ofReceiver.size());
          return end(session, new int[0], party.laps());
        });
  }

  private static Rr22 party(Session session, PartyId peer, List<byte[]> ids, int weight) {
    return new Rr22(
        session.beginStep("rr22", new TreeMap<>()),
        peer,
        session::privateRandomness,
        session.bindingSalt("rr22"),
        ids,
        weight);
  }

  /** The function of the product's kkrt alone, for so many ids of either side. */
  public static Outcome kkrtFunction(int ids) {
    return measure(
        session -> {
          KkrtFunction.receive(
              session.beginStep("kkrt", new TreeMap<>()),
              SENDER,
              session::privateRandomness,
              use(session),
              ids);
          return end(session, new int[0], new Laps());
        },
        session -> {
          KkrtFunction.send(
              session.beginStep("kkrt", new TreeMap<>()),
              RECEIVER,
              session::privateRandomness,
              use(session),
              ids);
          return end(session, new int[0], new Laps());
        });
  }

  private static OtUse use(Session session) {
    return new OtUse(session.bindingSalt("kkrt"), 1, Sha256.of(new byte[0]));
  }

  private static End end(Session session, int[] common, Laps laps) {
    return new End(common, session.traffic().bytesSent(), laps.all());
  }

  private static Outcome measure(Parties.Code<End> receiver, Parties.Code<End> sender) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    List<MessageType<?>> types = new ArrayList<>(OtMessages.TYPES);
    types.add(Piece.TYPE);
    long from = System.nanoTime();
    long cpuFrom = system.getProcessCpuTime();
    List<End> ends = Parties.run(types, RECEIVER, receiver, SENDER, sender);
    double seconds = (System.nanoTime() - from) / 1e9;
    double cpuSeconds = (system.getProcessCpuTime() - cpuFrom) / 1e9;
    Map<String, double[]> parts = new LinkedHashMap<>();
    long bytes = 0;
    for (int i = 0; i < ends.size(); i++) {
      String party = i == 0 ? "receiver" : "sender";
      bytes += ends.get(i).bytesSent();
      ends.get(i)
          .laps()
          .forEach(
              (name, lap) ->
                  parts.put(party + ": " + name, new double[] {lap.seconds(), lap.cpuSeconds()}));
    }
    return new Outcome(seconds, cpuSeconds, bytes, ends.get(0).common(), parts);
  }
}
