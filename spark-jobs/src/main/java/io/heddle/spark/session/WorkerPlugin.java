// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.channel.Blobs;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.channel.netty.DataWays;
import io.heddle.party.PartyId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Lets executors put large messages into the peers' stores and read their own party's
 * (docs/adr/0020). An executor makes a key of its own, whose certificate the driver signs for one
 * session; no private key leaves its process. {@code train} and {@code score} set it; another
 * application names it in {@value #SETTING}.
 */
public final class WorkerPlugin implements SparkPlugin {
  /** Where Spark finds plugins. */
  static final String SETTING = "spark.plugins";

  private static final int ADMIT = 1;
  private static final int CHECK = 2;
  private static final int MAX_TEXT_BYTES = 1024;
  private static final int MAX_KEY_BYTES = 1 << 12;
  private static final int MAX_CERTIFICATE_BYTES = 1 << 16;

  // Questions and answers are bytes: Spark reads them where it may not know a class of ours.

  /** An executor's question for the way to a session's stores. */
  static byte[] admit(Blobs blobs, byte[] publicKey) {
    WireWriter out = question(ADMIT, blobs);
    out.writeBytes(publicKey);
    return out.toByteArray();
  }

  /** An executor's question whether there is still any use in trying. */
  static byte[] check(Blobs blobs) {
    return question(CHECK, blobs).toByteArray();
  }

  private static WireWriter question(int kind, Blobs blobs) {
    WireWriter out = new WireWriter();
    out.writeByte(kind);
    out.writeString(blobs.self().name());
    out.writeString(blobs.session());
    return out;
  }

  /** The answer to a {@link #check}: why not, in words; empty if there is. */
  static String reason(byte[] answer) {
    return new String(answer, StandardCharsets.UTF_8);
  }

  /**
   * The answer to an {@link #admit}.
   *
   * @param chain the executor's certificate, then the party's
   */
  record Pass(DataWays ways, List<byte[]> chain) {
    byte[] toBytes() {
      WireWriter out = new WireWriter();
      ways.write(out);
      out.writeInt(chain.size());
      chain.forEach(out::writeBytes);
      return out.toByteArray();
    }

    static Pass read(byte[] bytes) {
      WireReader in = new WireReader(bytes);
      DataWays ways = DataWays.read(in);
      List<byte[]> chain = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        chain.add(in.readBytes(MAX_CERTIFICATE_BYTES));
      }
      in.end();
      return new Pass(ways, chain);
    }
  }

  /**
   * What an application needs beside its own settings.
   *
   * @param present settings that are there already; plugins among them stay
   */
  public static Map<String, String> settings(Map<String, String> present) {
    Map<String, String> settings = new HashMap<>();
    if (!isIn(present)) {
      String others = present.getOrDefault(SETTING, "");
      settings.put(SETTING, (others.isBlank() ? "" : others + ",") + WorkerPlugin.class.getName());
    }
    return settings;
  }

  /** Whether Spark's configuration names it. */
  static boolean isIn(Map<String, String> spark) {
    return List.of(spark.getOrDefault(SETTING, "").split("\\s*,\\s*", -1))
        .contains(WorkerPlugin.class.getName());
  }

  @Override
  public DriverPlugin driverPlugin() {
    return new Driver();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return new Workers();
  }

  private static final class Driver implements DriverPlugin {
    private String host = "";

    @Override
    public Map<String, String> init(SparkContext spark, PluginContext context) {
      host = context.conf().get("spark.driver.host");
      return Map.of();
    }

    @Override
    public Object receive(Object message) {
      if (!(message instanceof byte[] bytes)) {
        throw new IllegalArgumentException("Not a question of a worker");
      }
      WireReader in = new WireReader(bytes);
      int kind = in.readByte();
      Blobs blobs =
          new Blobs(new PartyId(in.readString(MAX_TEXT_BYTES)), in.readString(MAX_TEXT_BYTES));
      return switch (kind) {
        case ADMIT -> HeddleSession.admit(blobs, in.readBytes(MAX_KEY_BYTES), host).toBytes();
        case CHECK -> HeddleSession.failure(blobs).getBytes(StandardCharsets.UTF_8);
        default -> throw new IllegalArgumentException("Not a question of a worker");
      };
    }
  }
}
