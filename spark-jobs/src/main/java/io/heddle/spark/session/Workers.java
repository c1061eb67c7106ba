// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.channel.Blobs;
import io.heddle.error.PeerUnavailableException;
import io.heddle.spark.session.WorkerPlugin.Pass;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;

/** The ways of one executor to the stores of the sessions that its tasks work for. */
final class Workers implements ExecutorPlugin {
  /** A certificate holds for a day; a link that is open stays. */
  private static final Duration RENEWED = Duration.ofHours(12);

  private static final int MOST_SESSIONS = 8;

  /** The id that Spark gives to the process of the driver. */
  private static final String DRIVER = "driver";

  private final Map<Blobs, Way> ways = new LinkedHashMap<>();

  /** Tasks may be at those that others have replaced: they go with the process. */
  private final List<Blobs.Stores> replaced = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // by Spark, before the first task
  private PluginContext context;

  private record Way(Blobs.Stores stores, long openedNanos) {}

  @Override
  public void init(PluginContext context, Map<String, String> settings) {
    this.context = context;
    // In local mode tasks run in the driver, which has its stores.
    if (!context.executorID().equals(DRIVER)) {
      Blobs.findBy(this::find);
    }
  }

  private synchronized Blobs.Stores find(Blobs blobs) {
    Way known = ways.get(blobs);
    if (known != null && System.nanoTime() - known.openedNanos() < RENEWED.toNanos()) {
      return known.stores();
    }
    Blobs.Stores opened = open(blobs);
    if (known != null) {
      ways.remove(blobs);
      replaced.add(known.stores());
    }
    ways.put(blobs, new Way(opened, System.nanoTime()));
    if (ways.size() > MOST_SESSIONS) {
      // That of the oldest session; the next one of a shell is a new one each.
      Way oldest = ways.remove(ways.keySet().iterator().next());
      if (oldest != null) {
        oldest.stores().close();
      }
    }
    return opened;
  }

  private Blobs.Stores open(Blobs blobs) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      KeyPair keys = generator.generateKeyPair();
      Pass pass = Pass.read(ask(WorkerPlugin.admit(blobs, keys.getPublic().getEncoded())));
      CertificateFactory certificates = CertificateFactory.getInstance("X.509");
      List<X509Certificate> chain = new ArrayList<>();
      for (byte[] each : pass.chain()) {
        chain.add(
            (X509Certificate) certificates.generateCertificate(new ByteArrayInputStream(each)));
      }
      return pass.ways().open(blobs, keys.getPrivate(), chain, () -> requireAlive(blobs));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every JDK has EC keys and X.509", e);
    }
  }

  private void requireAlive(Blobs blobs) {
    String reason = WorkerPlugin.reason(ask(WorkerPlugin.check(blobs)));
    if (!reason.isEmpty()) {
      throw new PeerUnavailableException(reason);
    }
  }

  private byte[] ask(byte[] question) {
    try {
      return (byte[]) context.ask(question);
    } catch (Exception e) {
      throw new PeerUnavailableException("The driver of this executor does not answer", e);
    }
  }

  @Override
  public synchronized void shutdown() {
    ways.values().forEach(way -> way.stores().close());
    ways.clear();
    replaced.forEach(Blobs.Stores::close);
    replaced.clear();
  }
}
