// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.encoding.RowPacking;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.AlignedRows;
import io.heddle.table.LocalAlignedRows;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.LogisticMessage.Declaration;
import io.heddle.train.logistic.LogisticMessage.Direction;
import io.heddle.train.logistic.LogisticMessage.DotProducts;
import io.heddle.train.logistic.LogisticMessage.Floors;
import io.heddle.train.logistic.LogisticMessage.GradientAnswer;
import io.heddle.train.logistic.LogisticMessage.MaskedGradient;
import io.heddle.train.logistic.LogisticMessage.Opening;
import io.heddle.train.logistic.LogisticMessage.Predictor;
import io.heddle.train.logistic.LogisticMessage.ResidualBlobs;
import io.heddle.train.logistic.LogisticMessage.ResidualChunk;
import io.heddle.train.logistic.LogisticMessage.Step;
import io.heddle.train.logistic.LogisticMessage.Verdict;
import io.heddle.train.shared.BlobEncryption;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StateFormat;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One fit as the label holder goes through it. */
final class LabelHolderFit {
  private final Channel channel;
  private final LogisticTerms terms;
  private final PrivacyRules rules;
  private final PaillierPrivateKey key;
  private final PrivateRandomness randomness;
  private final byte[] roundingSeed;
  private final PassListener listener;
  private final Progress progress;
  private final PartyTable table;
  private final PreparedColumns columns;
  private final OwnData data;
  private final AlignedRows<QuantisedBlock> ownRows;
  private final LogisticLoss loss;
  private final RowPacking packing;
  private final BlockOptimiser optimiser;
  private final BasisProducts basis;
  private final FitReport report = new FitReport();
  private final SortedMap<PartyId, Integer> featureColumns = new TreeMap<>();
  private int passLimit;
  private int passesDone;
  private double total;
  private double penalty;

  LabelHolderFit(
      Channel channel,
      LogisticTerms terms,
      PrivacyRules rules,
      PaillierPrivateKey key,
      PrivateRandomness randomness,
      byte[] roundingSeed,
      PassListener listener,
      Progress progress,
      PartyTable table,
      PreparedColumns columns,
      OwnData data,
      LogisticLoss loss) {
    this.channel = channel;
    this.terms = terms;
    this.rules = rules;
    this.key = key;
    this.randomness = randomness;
    this.roundingSeed = roundingSeed;
    this.listener = listener;
    this.progress = progress;
    this.table = table;
    this.columns = columns;
    this.data = data;
    this.loss = loss;
    // Sums with residuals are taken in this JVM: they tell labels, which no executor is to see.
    ownRows = LocalAlignedRows.collect(columns.rows());
    packing =
        new RowPacking(terms.keyBits(), terms.residualBits(), terms.columnBits(), loss.rows());
    optimiser =
        new BlockOptimiser(
            Curvature.of(columns, terms.regParam(), terms.fitIntercept()),
            start(),
            terms.history());
    basis = new BasisProducts(terms.history());
  }

  private double[] start() {
    double[] start = new double[columns.count() + interceptCount()];
    if (terms.fitIntercept()) {
      start[0] = loss.start();
    }
    return start;
  }

  private int interceptCount() {
    return terms.fitIntercept() ? 1 : 0;
  }

  /**
   * @param restored what {@link #progress} gave in a run that was broken off; null to begin
   */
  LogisticFit run(byte @Nullable [] restored) {
    if (restored == null) {
      begin();
      commit(progress(), null);
    } else {
      goOn(restored);
    }
    progress.begin("train", passLimit, "passes");
    progress.advance(passesDone);
    Verdict verdict = Verdict.CONTINUE;
    while (verdict == Verdict.CONTINUE) {
      int pass = passesDone + 1;
      Channel step = channel.step("pass-" + pass);
      long[] residuals = sendResiduals(step, pass);
      double[] gradient = ownGradient(residuals);
      answerGradients(step);
      report.gradientOpened();
      basis.update(sumOfDotProducts(step, optimiser.newDotProducts(gradient)));
      if (!sendDirection(step)) {
        verdict = Verdict.CONVERGED;
        break;
      }
      double before = total;
      double length = goAlong(step);
      total = loss.mean() + penalty / 2;
      double decrease = (before - total) / Math.max(Math.abs(before), 1e-6);
      if (length == 0 || decrease <= terms.tol()) {
        verdict = Verdict.CONVERGED;
      } else if (pass == passLimit) {
        verdict = Verdict.PASS_LIMIT;
        report.stoppedAtLimit(pass, terms.maxIter(), decrease);
      }
      step.sendToAll(new Step(length, verdict));
      report.loss(total);
      passesDone = pass;
      listener.afterPass(pass, optimiser.coefficients());
      progress.advance(1);
      progress.note("pass " + pass + ": loss " + total);
      if (verdict == Verdict.CONTINUE) {
        commit(progress(), null);
      }
    }
    progress.end();
    report.labelHolderLedger(loss.effectiveRows(), featureColumns);
    double[] fitted = optimiser.coefficients();
    LogisticFit fit =
        new LogisticFit(
            columns.modelPart(
                HexFormat.of().formatHex(fitId()),
                Arrays.copyOfRange(fitted, interceptCount(), fitted.length),
                terms.fitIntercept() ? fitted[0] : 0),
            report.summary(verdict == Verdict.CONVERGED));
    commit(new byte[0], fit);
    return fit;
  }

  private void begin() {
    passLimit = agreeOnFloors();
    channel.sendToAll(new Opening(fitId(), key.publicKey().toBytes(), loss.exponent(), passLimit));
    report.constantColumns(columns.constantColumns());
    total = loss.mean();
    report.loss(total);
  }

  private void commit(byte[] progress, @Nullable LogisticFit result) {
    channel.commit(new FitState(rules.rowsPerColumn(), data, progress, result).toBytes());
  }

  /** All that the passes to come need, but for the data and the key. */
  byte[] progress() {
    return StateFormat.write(
        out -> {
          out.writeRaw(secrets());
          out.writeInt(passLimit);
          out.writeInts(featureColumns.values().stream().mapToInt(Integer::intValue).toArray());
          out.writeInt(passesDone);
          out.writeDouble(total);
          out.writeDouble(penalty);
          loss.write(out);
          optimiser.write(out);
          basis.write(out);
          report.write(out);
        });
  }

  /** Takes up what {@link #progress} gave. */
  void goOn(byte[] restored) {
    byte[] secrets = StateFormat.read(restored, this::read);
    if (!MessageDigest.isEqual(secrets, secrets())) {
      throw new CheckpointException(
          "The key and the seed of this fit are not those of its last commit: another version of"
              + " the program made them. Go on with that one, or begin anew");
    }
  }

  private byte[] read(WireReader in) {
    byte[] secrets = in.readRaw(OwnData.DIGEST_BYTES);
    passLimit = in.readBetween("pass limit", 1, terms.maxIter());
    int[] counts = in.readInts(channel.peers().size());
    StateFormat.require(counts.length == channel.peers().size(), counts.length + " peers");
    int at = 0;
    for (PartyId peer : channel.peers()) {
      featureColumns.put(peer, counts[at++]);
    }
    passesDone = in.readBetween("number of passes", 0, passLimit - 1);
    total = in.readDouble();
    penalty = in.readDouble();
    loss.read(in);
    optimiser.read(in);
    basis.read(in);
    StateFormat.require(optimiser.pairs() == basis.pairs(), "pairs without products");
    report.read(in);
    return secrets;
  }

  /** Tells whether key and seed are the same, and nothing of them. */
  private byte[] secrets() {
    return Sha256.of(key.publicKey().toBytes(), roundingSeed);
  }

  private int agreeOnFloors() {
    int rows = loss.rows();
    channel.sendToAll(new Floors(rows, table.alignmentDigest(), rules.rowsPerColumn()));
    int limit = terms.maxIter();
    for (PartyId peer : channel.peers()) {
      Declaration declared = channel.receive(peer, Declaration.class);
      table.requireSame(peer, declared.rows(), declared.alignmentDigest());
      PrivacyChecks.requireRows(
          peer, rows, loss.effectiveRows(), declared.columns(), rules.rowsPerColumn());
      featureColumns.put(peer, declared.columns());
      limit = Math.min(limit, declared.passLimit());
    }
    return limit;
  }

  private byte[] fitId() {
    byte[] fitId = new byte[LogisticMessages.FIT_ID_BYTES];
    randomness.derive("logistic/fit id", context(channel)).fill(0, fitId);
    return fitId;
  }

  /** Rounds, packs, encrypts and sends. */
  private long[] sendResiduals(Channel step, int pass) {
    long[] residuals = loss.roundedResiduals(terms.residualBits(), roundingSeed, pass);
    Randomness obfuscation =
        randomness.derive("logistic/residuals", context(step), Digests.sha256(residuals));
    long bytes = ResidualEncryption.bytes(packing);
    Blobs blobs = step.blobs(bytes);
    if (blobs == null) {
      sendChunks(step, residuals, obfuscation);
    } else {
      step.sendToAll(new ResidualBlobs(bytes, putBlobs(step, blobs, residuals, obfuscation)));
    }
    return residuals;
  }

  /** The next chunk is encrypted while one is on its way. */
  private void sendChunks(Channel step, long[] residuals, Randomness obfuscation) {
    int rowsPerChunk = LogisticMessages.CHUNK_CIPHERTEXTS * packing.rowsPerPlaintext();
    for (int number = 0, from = 0; from < residuals.length; number++, from += rowsPerChunk) {
      int to = (int) Math.min((long) from + rowsPerChunk, residuals.length);
      PlaintextBlock plaintexts = packing.pack(key.publicKey(), residuals, from, to);
      step.sendToAll(new ResidualChunk(number, key.encrypt(plaintexts, obfuscation).toBytes()));
    }
  }

  /** The tasks that have this party's rows encrypt, each its part. */
  private byte[][] putBlobs(Channel step, Blobs blobs, long[] residuals, Randomness obfuscation) {
    byte[] secret = new byte[BlobEncryption.SECRET_BYTES];
    obfuscation.fill(0, secret);
    ResidualEncryption what =
        ResidualEncryption.prepare(
            blobs, packing, key, secret, residuals, List.copyOf(channel.peers()));
    Arrays.fill(secret, (byte) 0);
    byte[][] digests =
        what.encryption().digests(columns.rows().map(what, ResidualEncryption::encrypt));
    step.dropBlobs(what.encryption().ownBlobs());
    return digests;
  }

  private double[] ownGradient(long[] residuals) {
    long[] sums = new long[columns.count()];
    for (long[] part : ownRows.map(residuals, QuantisedBlock::gradient)) {
      for (int j = 0; j < sums.length; j++) {
        sums[j] += part[j];
      }
    }
    double[] coefficients = optimiser.coefficients();
    double[] gradient = new double[coefficients.length];
    int first = interceptCount();
    if (first == 1) {
      gradient[0] = scaled(Arrays.stream(residuals).sum());
    }
    for (int j = 0; j < sums.length; j++) {
      gradient[first + j] =
          scaled(sums[j]) * columns.units()[j] + terms.regParam() * coefficients[first + j];
    }
    return gradient;
  }

  private double scaled(long sum) {
    return Math.scalb((double) sum, loss.exponent() - terms.residualBits()) / loss.rows();
  }

  /**
   * One answer per column and pass: the middle slot, of which the feature holder knows the mask.
   */
  private void answerGradients(Channel step) {
    featureColumns.forEach(
        (peer, count) -> {
          MaskedGradient masked = step.receive(peer, MaskedGradient.class);
          CiphertextBlock block =
              CiphertextBlock.fromBytes(key.publicKey(), masked.ciphertexts(), count);
          step.send(peer, new GradientAnswer(packing.middleSlots(key.decrypt(block))));
        });
  }

  private double[] sumOfDotProducts(Channel step, double[] own) {
    BigInteger[] sums = RingScalars.encode(own);
    for (PartyId peer : channel.peers()) {
      addAll(peer, sums, step.receive(peer, DotProducts.class).values());
    }
    return Arrays.stream(sums).mapToDouble(RingScalars::decode).toArray();
  }

  private static void addAll(PartyId peer, BigInteger[] sums, BigInteger[] shares) {
    if (shares.length != sums.length) {
      throw new ProtocolException(
          peer + " sent " + shares.length + " scalars: must be " + sums.length);
    }
    for (int i = 0; i < sums.length; i++) {
      sums[i] = RingScalars.add(sums[i], shares[i]);
    }
  }

  /** False where nothing is left to gain, which ends the fit at all parties. */
  private boolean sendDirection(Channel step) {
    double[] direction = basis.direction();
    boolean descends = basis.descends(direction);
    step.sendToAll(new Direction(basis.pairKept(), descends ? direction : new double[0]));
    if (descends) {
      optimiser.combine(basis.pairKept(), direction);
    }
    return descends;
  }

  /** Finds the step length on the summed predictor and goes it. */
  private double goAlong(Channel step) {
    double[] coefficients = optimiser.coefficients();
    double[] direction = optimiser.direction();
    int first = interceptCount();
    double[] perStep = Arrays.copyOfRange(direction, first, direction.length);
    for (int j = 0; j < perStep.length; j++) {
      perStep[j] *= columns.units()[j];
    }
    long[] sums = LinearPredictor.of(ownRows, perStep);
    BigInteger[] penalties =
        RingScalars.encode(FeatureHolderFit.penalties(terms, coefficients, direction, first));
    for (PartyId peer : channel.peers()) {
      Predictor share = step.receive(peer, Predictor.class);
      if (share.values().length != sums.length) {
        throw new ProtocolException(
            peer + " sent " + share.values().length + " rows: must be " + sums.length);
      }
      for (int i = 0; i < sums.length; i++) {
        sums[i] += share.values()[i];
      }
      addAll(peer, penalties, share.penalty());
    }
    double[] along = LinearPredictor.toDoubles(sums);
    if (first == 1) {
      for (int i = 0; i < along.length; i++) {
        along[i] += direction[0];
      }
    }
    double slope = penalties.length == 0 ? 0 : RingScalars.decode(penalties[0]);
    double curvature = penalties.length == 0 ? 0 : RingScalars.decode(penalties[1]);
    double length = loss.search(along, slope, curvature);
    loss.advance(length, along);
    optimiser.advance(length);
    penalty += 2 * length * slope + length * length * curvature;
    return length;
  }

  private static byte[] context(Channel step) {
    return step.path().getBytes(StandardCharsets.UTF_8);
  }
}
