// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks;

import static java.util.Locale.ROOT;

import com.sun.management.OperatingSystemMXBean;
import io.heddle.channel.Parties;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.session.Session;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * Two sets of ids of 16 bytes, half of them common, aligned by two roles in one JVM over an
 * exchange in memory: codec, digests and mailboxes, no sockets and no files.
 */
public final class TwoSets {
  private static final PartyId RECEIVER = new PartyId("receiver");
  private static final PartyId SENDER = new PartyId("sender");
  private static final int ID_BYTES = 16;

  private TwoSets() {}

  /**
   * One run, of both roles together.
   *
   * @param cpuSeconds of the process: with whatever compiler and collector did meanwhile
   * @param bytesPerItem all bytes that crossed, for each id of one side
   */
  record Line(
      PsiProtocol protocol,
      int ids,
      int common,
      double seconds,
      double cpuSeconds,
      double bytesPerItem) {
    @Override
    public String toString() {
      return String.format(
          ROOT,
          "%s, %d ids and %d, %d common: %.2f s, CPU %.2f s, %.1f bytes per item",
          protocol.name().toLowerCase(ROOT),
          ids,
          ids,
          common,
          seconds,
          cpuSeconds,
          bytesPerItem);
    }
  }

  /** What one party has in the end. */
  private record End(int common, long bytesSent) {}

  /** Arguments: kkrt or ecdh, ids of each side, runs. */
  public static void main(String[] arguments) throws Exception {
    PsiProtocol protocol = PsiProtocol.valueOf(arguments[0].toUpperCase(ROOT));
    int ids = Integer.parseInt(arguments[1]);
    System.out.println(Machine.processor() + ", load at start: " + Machine.load());
    for (int run = Integer.parseInt(arguments[2]); run > 0; run--) {
      System.out.println(measure(protocol, ids));
    }
    System.out.println("load at end: " + Machine.load());
  }

  static Line measure(PsiProtocol protocol, int ids) {
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    List<byte[]> ofReceiver = ids(0, ids);
    List<byte[]> ofSender = ids(ids / 2, ids);
    long from = System.nanoTime();
    long cpuFrom = system.getProcessCpuTime();
    List<End> ends =
        Parties.run(
            PsiMessages.TYPES,
            RECEIVER,
            session -> align(session, protocol, ofReceiver),
            SENDER,
            session -> align(session, protocol, ofSender));
    double seconds = (System.nanoTime() - from) / 1e9;
    double cpuSeconds = (system.getProcessCpuTime() - cpuFrom) / 1e9;
    long bytes = ends.stream().mapToLong(End::bytesSent).sum();
    return new Line(protocol, ids, ends.get(0).common(), seconds, cpuSeconds, (double) bytes / ids);
  }

  static List<byte[]> ids(int from, int count) {
    List<byte[]> ids = new ArrayList<>(count);
    for (int i = from; i < from + count; i++) {
      byte[] hash = Sha256.of(ByteBuffer.allocate(Integer.BYTES).putInt(i).array());
      ids.add(Arrays.copyOf(hash, ID_BYTES));
    }
    return ids;
  }

  private static End align(Session session, PsiProtocol protocol, List<byte[]> ids) {
    Alignment aligned =
        PrivateSetIntersection.align(
            session.beginStep("align", new TreeMap<>()),
            RECEIVER,
            session.bindingSalt("align"),
            session::privateRandomness,
            ids,
            new PsiLimits(0, PsiLimits.LARGEST_SET, protocol, true),
            Progress.NONE);
    return new End(aligned.rows().length, session.traffic().bytesSent());
  }
}
