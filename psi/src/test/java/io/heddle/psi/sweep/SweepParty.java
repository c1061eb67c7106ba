// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.sweep;

import io.heddle.channel.Channel;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageType;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.channel.netty.NettyNetwork;
import io.heddle.channel.netty.TestIdentity;
import io.heddle.checkpoint.BlobStore;
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
import io.heddle.psi.TreesRoles;
import io.heddle.session.Session;
import io.heddle.session.SessionLog;
import io.heddle.session.SessionMessages;
import io.heddle.session.SessionTerms;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.LogisticFeatureHolder;
import io.heddle.train.logistic.LogisticFit;
import io.heddle.train.logistic.LogisticLabelHolder;
import io.heddle.train.logistic.LogisticMessages;
import io.heddle.train.logistic.LogisticTerms;
import io.heddle.train.logistic.PassListener;
import io.heddle.train.logistic.PrivacyRules;
import io.heddle.train.logistic.ScoringFeatureHolder;
import io.heddle.train.logistic.ScoringLabelHolder;
import io.heddle.train.logistic.ScoringMessages;
import io.heddle.train.trees.TreesLabelHolder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
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
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * One party of a small job, in its own process: aligns, trains a logistic regression, scores, and
 * publishes one text file with every bit of what it has. All of it can be gone on with. With the
 * table that is made up, residuals go from store to store; else over the links.
 */
final class SweepParty {
  static final PartyId BANK = new PartyId("bank");
  static final PartyId SHOP = new PartyId("shop");

  /** What a process says at its end, with the number of messages it has sent. */
  static final String DONE = "DONE ";

  /** And if a peer may still need it. */
  static final String UNSETTLED = " unsettled";

  private static final LogisticTerms TERMS =
      LogisticTerms.builder().regParam(0.01).maxIter(3).tol(1e-6).build();
  private static final LogisticTerms SHORT =
      LogisticTerms.builder().regParam(0.01).maxIter(2).tol(1e-6).build();
  private static final PrivacyRules RULES = new PrivacyRules(10, PredictorConsent.FULL);

  private final PartyId self;
  private final Path directory;
  private final SweepTable table;
  private final boolean growsTrees;
  private final LogisticTerms terms;
  private final Identity identity;

  private SweepParty(PartyId self, Path directory, String source) throws IOException {
    this.self = self;
    this.directory = directory;
    table = SweepTable.of(source, self);
    growsTrees = source.equals(SweepTable.TREES);
    terms = source.equals(SweepTable.GENERATED) ? TERMS : SHORT;
    identity = readIdentity(directory);
  }

  /**
   * Arguments: directory, name, where the table is, then nothing, or own port, peer's port, peer's
   * directory, where to {@link Stop}.
   */
  public static void main(String[] arguments) throws IOException {
    SweepParty party =
        new SweepParty(new PartyId(arguments[1]), Path.of(arguments[0]), arguments[2]);
    if (arguments.length == 3) {
      // What the party draws is on its disk, and nothing has left it: every run begins here.
      party.openLog().close();
      return;
    }
    int code =
        party.run(
            Integer.parseInt(arguments[3]),
            Integer.parseInt(arguments[4]),
            readIdentity(Path.of(arguments[5])).fingerprint(),
            new Stop(arguments[6]));
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

  /** Where a party with this directory keeps its session. */
  static Path checkpoints(Path directory) {
    return directory.resolve("checkpoints");
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
    SessionTerms agreed =
        SessionTerms.of(
            "sweep",
            Map.of(BANK, "label-holder", SHOP, "feature-holder"),
            new TreeMap<>(growsTrees ? TreesRoles.TERMS.asTerms() : terms.asTerms()));
    CheckpointStore store =
        CheckpointStore.open(
            checkpoints(directory), identity, self.name().getBytes(StandardCharsets.UTF_8));
    return SessionLog.open(store, agreed, codec(), new byte[0]);
  }

  private static MessageCodec codec() {
    return new MessageCodec(
        Stream.of(
                SessionMessages.TYPES,
                PsiMessages.TYPES,
                LogisticMessages.TYPES,
                ScoringMessages.TYPES,
                TreesRoles.TYPES)
            .<MessageType<?>>flatMap(List::stream)
            .toList());
  }

  private int run(int port, int peerPort, String peerFingerprint, Stop stop) {
    PartyId peer = self.equals(BANK) ? SHOP : BANK;
    try (SessionLog log = openLog();
        BlobStore blobs = log.blobs(64 << 20);
        NettyExchange exchange =
            NettyExchange.builder(self, codec())
                .identity(identity.privateKey(), identity.certificateChain())
                .listen(NettyNetwork.HOST, port)
                .peer(peer, NettyNetwork.HOST, peerPort, peerFingerprint)
                .timeouts(
                    new ExchangeTimeouts(
                        // A party that is not sure of its peer's end looks so long for one that has
                        // left.
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(30)))
                .start(log.start())
                .store(blobs)
                .blobsFrom(terms.equals(TERMS) ? 0 : Long.MAX_VALUE)
                .observer(stop)
                .open();
        Session session = Session.open(exchange, log, Progress.NONE)) {
      try {
        String result = log.isPublished() ? "" : work(session);
        session.finish();
        stop.at(Stop.FINISHED);
        if (!log.isPublished()) {
          publish(result);
        }
        stop.at(Stop.PUBLISHED);
        boolean settled = session.leave();
        System.out.println(DONE + stop.messages() + (settled ? "" : UNSETTLED));
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
    PrivateRandomness randomness = session::privateRandomness;
    Channel align = session.beginStep("align", new TreeMap<>());
    Alignment alignment =
        PrivateSetIntersection.align(
            align,
            BANK,
            session.bindingSalt("align"),
            randomness,
            table.ids(),
            new PsiLimits(1, 100_000),
            Progress.NONE);
    String aligned =
        String.join(
            "\n",
            session.id(),
            HexFormat.of().formatHex(alignment.digest()),
            Arrays.toString(alignment.rows()));
    return aligned + "\n" + (growsTrees ? trees(session, alignment) : logistic(session, alignment));
  }

  private String trees(Session session, Alignment alignment) {
    PrivateRandomness randomness = session::privateRandomness;
    return TreesRoles.run(
        session.beginStep("fit", new TreeMap<>()),
        BANK,
        table.aligned(alignment),
        self.equals(BANK) ? table.alignedLabels(alignment) : new double[0],
        randomness,
        step ->
            new TreesLabelHolder(
                TreesRoles.TERMS,
                TreesLabelHolder.key(randomness, step, TreesRoles.TERMS),
                randomness,
                TreesLabelHolder.roundingSeed(randomness, step)),
        () -> session.beginStep("score", new TreeMap<>()));
  }

  private String logistic(Session session, Alignment alignment) {
    boolean bank = self.equals(BANK);
    PrivateRandomness randomness = session::privateRandomness;
    PartyTable rows = table.aligned(alignment);
    Channel step = session.beginStep("fit", new TreeMap<>());
    LogisticFit fit =
        bank
            ? new LogisticLabelHolder(
                    terms,
                    RULES,
                    LogisticLabelHolder.key(randomness, step, terms),
                    randomness,
                    LogisticLabelHolder.roundingSeed(randomness, step))
                .fit(
                    step,
                    rows,
                    table.alignedLabels(alignment),
                    null,
                    PassListener.NONE,
                    Progress.NONE)
            : new LogisticFeatureHolder(terms, RULES, randomness)
                .fit(step, BANK, rows, 0, PassListener.NONE, Progress.NONE);
    Channel score = session.beginStep("score", new TreeMap<>());
    String scores = "";
    if (bank) {
      scores =
          bits(
              new ScoringLabelHolder(fit.part()).score(score, rows, Progress.NONE).rawPrediction());
    } else {
      new ScoringFeatureHolder(fit.part(), RULES, randomness)
          .score(score, BANK, rows, Progress.NONE);
    }
    return String.join(
        "\n",
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
