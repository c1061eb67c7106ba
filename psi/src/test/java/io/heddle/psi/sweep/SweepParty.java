// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.sweep;

import io.heddle.channel.Channel;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.FrameObserver;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageType;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.channel.netty.TestIdentity;
import io.heddle.checkpoint.CheckpointStore;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.VflException;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.party.PredictorConsent;
import io.heddle.progress.Progress;
import io.heddle.psi.Alignment;
import io.heddle.psi.PrivateSetIntersection;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.session.Session;
import io.heddle.session.SessionLog;
import io.heddle.session.SessionMessages;
import io.heddle.session.SessionTerms;
import io.heddle.table.LocalAlignedRows;
import io.heddle.train.logistic.LogisticFeatureHolder;
import io.heddle.train.logistic.LogisticFit;
import io.heddle.train.logistic.LogisticLabelHolder;
import io.heddle.train.logistic.LogisticMessages;
import io.heddle.train.logistic.LogisticTable;
import io.heddle.train.logistic.LogisticTerms;
import io.heddle.train.logistic.PassListener;
import io.heddle.train.logistic.PrivacyRules;
import io.heddle.train.logistic.ScoringFeatureHolder;
import io.heddle.train.logistic.ScoringLabelHolder;
import io.heddle.train.logistic.ScoringMessages;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One party of a small job, in its own process: aligns, trains a logistic regression, scores, and
 * publishes one text file with every bit of what it has. All of it can be gone on with.
 */
final class SweepParty {
  static final PartyId BANK = new PartyId("bank");
  static final PartyId SHOP = new PartyId("shop");

  /** What a process says when it is about to send the message it was to stop at. */
  static final String AT = "AT";

  /** What a process says at its end, with the number of messages it has sent. */
  static final String DONE = "DONE ";

  private static final int COMMON = 150;
  private static final int ALONE = 20;
  private static final int COLUMNS = 2;
  private static final LogisticTerms TERMS =
      LogisticTerms.builder().regParam(0.01).maxIter(3).tol(1e-6).build();

  private static final PrivacyRules RULES = new PrivacyRules(50, PredictorConsent.FULL);

  private final PartyId self;
  private final Path directory;
  private final Identity identity;

  private SweepParty(PartyId self, Path directory) {
    this.self = self;
    this.directory = directory;
    identity = readIdentity(directory);
  }

  /** Arguments: directory, name, then nothing, or own port, peer's port, peer's directory, stop. */
  public static void main(String[] arguments) throws IOException {
    SweepParty party = new SweepParty(new PartyId(arguments[1]), Path.of(arguments[0]));
    if (arguments.length == 2) {
      // What the party draws is on its disk, and nothing has left it: every run begins here.
      party.openLog().close();
      return;
    }
    int code =
        party.run(
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]),
            readIdentity(Path.of(arguments[4])).fingerprint(),
            Integer.parseInt(arguments[5]));
    System.exit(code);
  }

  /** Makes what {@link #main} finds: a key and a certificate. */
  static void writeIdentity(Path directory) throws IOException {
    TestIdentity made = TestIdentity.generate(Duration.ofHours(-1), Duration.ofHours(24));
    Files.createDirectories(directory);
    Files.write(directory.resolve("key"), made.key().getEncoded());
    try {
      Files.write(directory.resolve("certificate"), made.certificate().getEncoded());
    } catch (CertificateException e) {
      throw new AssertionError(e);
    }
  }

  private static Identity readIdentity(Path directory) {
    try {
      return Identity.of(
          KeyFactory.getInstance("EC")
              .generatePrivate(
                  new PKCS8EncodedKeySpec(Files.readAllBytes(directory.resolve("key")))),
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(
                      new ByteArrayInputStream(
                          Files.readAllBytes(directory.resolve("certificate")))));
    } catch (GeneralSecurityException | IOException e) {
      throw new AssertionError(e);
    }
  }

  private SessionLog openLog() {
    SessionTerms terms =
        SessionTerms.of(
            "sweep",
            Map.of(BANK, "label-holder", SHOP, "feature-holder"),
            new TreeMap<>(TERMS.asTerms()));
    CheckpointStore store =
        CheckpointStore.open(
            directory.resolve("checkpoints"),
            identity,
            self.name().getBytes(StandardCharsets.UTF_8));
    return SessionLog.open(store, terms, codec(), new byte[0]);
  }

  private static MessageCodec codec() {
    return new MessageCodec(
        Stream.of(
                SessionMessages.TYPES,
                PsiMessages.TYPES,
                LogisticMessages.TYPES,
                ScoringMessages.TYPES)
            .<MessageType<?>>flatMap(List::stream)
            .toList());
  }

  /** Says when it is about to send the message with a number, and waits for a line to go on. */
  private static final class Stop implements FrameObserver {
    private static final byte MESSAGE = 2;
    private final int at;
    private final AtomicInteger sent = new AtomicInteger();

    Stop(int at) {
      this.at = at;
    }

    @Override
    public void sent(PartyId peer, ByteBuffer frame) {
      if (frame.get(0) == MESSAGE && sent.getAndIncrement() == at) {
        System.out.println(AT);
        try {
          if (System.in.read() < 0) {
            Runtime.getRuntime().halt(1);
          }
        } catch (IOException e) {
          throw new AssertionError(e);
        }
      }
    }
  }

  private int run(int port, int peerPort, String peerFingerprint, int stopAt) {
    PartyId peer = self.equals(BANK) ? SHOP : BANK;
    Stop stop = new Stop(stopAt);
    try (SessionLog log = openLog();
        NettyExchange exchange =
            NettyExchange.builder(self, codec())
                .identity(identity.privateKey(), identity.certificateChain())
                .listen(NettyNetwork.HOST, port)
                .peer(peer, NettyNetwork.HOST, peerPort, peerFingerprint)
                .timeouts(
                    new ExchangeTimeouts(
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(30)))
                .start(log.start())
                .observer(stop)
                .open();
        Session session = Session.open(exchange, log, Progress.NONE)) {
      try {
        String result = log.isPublished() ? "" : work(session);
        session.finish();
        if (!log.isPublished()) {
          publish(result);
        }
        boolean settled = session.leave();
        System.out.println(DONE + stop.sent + (settled ? "" : " unsettled"));
        return 0;
      } catch (RuntimeException | Error e) {
        session.fail(e);
        throw e;
      }
    } catch (VflException e) {
      System.out.println("FAILED " + e.getClass().getSimpleName() + ": " + e.getMessage());
      e.printStackTrace(System.out);
      return 1;
    }
  }

  private String work(Session session) {
    boolean bank = self.equals(BANK);
    PrivateRandomness randomness = session::privateRandomness;
    Channel align = session.beginStep("align", new TreeMap<>());
    Alignment alignment =
        PrivateSetIntersection.align(
            align,
            BANK,
            session.bindingSalt("align"),
            randomness,
            ids(),
            new PsiLimits(1, 100_000),
            Progress.NONE);
    LogisticTable table = table(alignment);
    Channel step = session.beginStep("fit", new TreeMap<>());
    LogisticFit fit =
        bank
            ? new LogisticLabelHolder(
                    TERMS,
                    RULES,
                    LogisticLabelHolder.key(randomness, step, TERMS),
                    randomness,
                    LogisticLabelHolder.roundingSeed(randomness, step))
                .fit(step, table, labels(alignment), null, PassListener.NONE, Progress.NONE)
            : new LogisticFeatureHolder(TERMS, RULES, randomness)
                .fit(step, BANK, table, 0, PassListener.NONE, Progress.NONE);
    Channel score = session.beginStep("score", new TreeMap<>());
    String scores = "";
    if (bank) {
      scores =
          bits(
              new ScoringLabelHolder(fit.part())
                  .score(score, table, Progress.NONE)
                  .rawPrediction());
    } else {
      new ScoringFeatureHolder(fit.part(), RULES, randomness)
          .score(score, BANK, table, Progress.NONE);
    }
    return String.join(
        "\n",
        session.id(),
        HexFormat.of().formatHex(alignment.digest()),
        Arrays.toString(alignment.rows()),
        fit.part().fitId(),
        fit.part().columnNames().toString(),
        bits(fit.part().coefficients()),
        bits(fit.part().intercept()),
        fit.summary().toString(),
        scores);
  }

  private static String bits(double... values) {
    return Arrays.stream(values)
        .mapToObj(value -> Long.toHexString(Double.doubleToLongBits(value)))
        .toList()
        .toString();
  }

  /** The common ids in another order at each party, and others. */
  private List<byte[]> ids() {
    int first = self.equals(BANK) ? 0 : ALONE;
    List<byte[]> ids = new ArrayList<>();
    for (int i = 0; i < COMMON + ALONE; i++) {
      int number = (int) ((i * 7919L) % (COMMON + ALONE));
      ids.add(("id-" + (first + number)).getBytes(StandardCharsets.UTF_8));
    }
    return ids;
  }

  private double value(byte[] id, int column) {
    return new SplittableRandom(Arrays.hashCode(id) * 31L + column).nextDouble() * 4 - 2;
  }

  private double[] labels(Alignment alignment) {
    List<byte[]> ids = ids();
    return Arrays.stream(alignment.rows())
        .mapToDouble(row -> value(ids.get(row), 0) + value(ids.get(row), 9) > 0 ? 1 : 0)
        .toArray();
  }

  private LogisticTable table(Alignment alignment) {
    List<byte[]> ids = ids();
    int rows = alignment.rows().length;
    double[][] columns = new double[COLUMNS][rows];
    for (int j = 0; j < COLUMNS; j++) {
      for (int i = 0; i < rows; i++) {
        columns[j][i] = value(ids.get(alignment.rows()[i]), self.equals(BANK) ? j : 8 + j);
      }
    }
    return new LogisticTable(
        LocalAlignedRows.of(rows, columns, 2),
        IntStream.range(0, COLUMNS).mapToObj(j -> self.name() + j).toList(),
        alignment.digest());
  }

  private void publish(String result) {
    try {
      Path draft = directory.resolve("result.tmp");
      Files.writeString(draft, result);
      Files.move(draft, directory.resolve("result"), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
