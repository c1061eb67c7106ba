// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Blobs;
import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.crypto.additive.CiphertextBlock;
import io.heddle.crypto.encoding.PlaintextBlock;
import io.heddle.crypto.encoding.RowPacking;
import io.heddle.crypto.paillier.PaillierPublicKey;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.table.PartyTable;
import io.heddle.train.logistic.LogisticMessage.Declaration;
import io.heddle.train.logistic.LogisticMessage.Direction;
import io.heddle.train.logistic.LogisticMessage.DotProducts;
import io.heddle.train.logistic.LogisticMessage.GradientAnswer;
import io.heddle.train.logistic.LogisticMessage.MaskKey;
import io.heddle.train.logistic.LogisticMessage.MaskedGradient;
import io.heddle.train.logistic.LogisticMessage.Opening;
import io.heddle.train.logistic.LogisticMessage.Predictor;
import io.heddle.train.logistic.LogisticMessage.ResidualBlobs;
import io.heddle.train.logistic.LogisticMessage.ResidualChunk;
import io.heddle.train.logistic.LogisticMessage.Step;
import io.heddle.train.logistic.LogisticMessage.Verdict;
import io.heddle.train.shared.OwnData;
import io.heddle.train.shared.StateFormat;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One fit as a feature holder goes through it. */
final class FeatureHolderFit {
  private final Channel channel;
  private final PartyId labelHolder;
  private final LogisticTerms terms;
  private final PrivacyRules rules;
  private final PrivateRandomness randomness;
  private final int openedBefore;
  private final PassListener listener;
  private final Progress progress;
  private final PartyTable table;
  private final PreparedColumns columns;
  private final OwnData data;
  private final int rowsPerColumn;
  private final SortedSet<PartyId> others;
  private final RowPacking packing;
  private final BlockOptimiser optimiser;
  private final FitReport report = new FitReport();
  private int passesDone;
  private List<byte[]> passBlobs = List.of();
  private List<byte[]> lastBlobs = List.of();

  FeatureHolderFit(
      Channel channel,
      PartyId labelHolder,
      LogisticTerms terms,
      PrivacyRules rules,
      PrivateRandomness randomness,
      int openedBefore,
      PassListener listener,
      Progress progress,
      PartyTable table,
      PreparedColumns columns,
      OwnData data,
      int rowsPerColumn) {
    this.channel = channel;
    this.labelHolder = labelHolder;
    this.terms = terms;
    this.rules = rules;
    this.randomness = randomness;
    this.openedBefore = openedBefore;
    this.listener = listener;
    this.progress = progress;
    this.table = table;
    this.columns = columns;
    this.data = data;
    this.rowsPerColumn = rowsPerColumn;
    others = new TreeSet<>(channel.peers());
    others.remove(labelHolder);
    packing =
        new RowPacking(
            terms.keyBits(), terms.residualBits(), terms.columnBits(), table.rows().rows());
    optimiser =
        new BlockOptimiser(
            Curvature.of(columns, terms.regParam(), false),
            new double[columns.count()],
            terms.history());
  }

  /**
   * What stands before the first pass.
   *
   * @param others the mask keys of the other feature holders
   */
  record Agreed(SortedMap<PartyId, MaskKey> others, Opening opening) {}

  /**
   * @param restored what {@link #progress} gave in a run that was broken off; null to begin
   */
  LogisticFit run(byte @Nullable [] restored) {
    byte[] secretKey = PairwiseMasks.secretKey(randomness, channel, data);
    Agreed agreed = restored == null ? begin(secretKey) : goOn(restored);
    Opening opening = agreed.opening();
    int visibleColumns = visibleColumns(agreed.others());
    PaillierPublicKey key = accept(opening, passLimit(visibleColumns));
    PairwiseMasks masks = masks(secretKey, agreed.others());
    if (restored == null) {
      report.constantColumns(columns.constantColumns());
      report.pulledRows(columns.pulledRows());
      commit(progress(agreed), null);
    }
    progress.begin("train", opening.passLimit(), "passes");
    progress.advance(passesDone);
    Verdict verdict = Verdict.CONTINUE;
    while (verdict == Verdict.CONTINUE) {
      int pass = passesDone + 1;
      Channel step = channel.step("pass-" + pass);
      double[] gradient = gradient(step, key, opening.residualExponent());
      report.gradientOpened();
      BigInteger[] products = RingScalars.encode(optimiser.newDotProducts(gradient));
      masks.mask("pass-" + pass + "/dot products", products);
      step.send(labelHolder, new DotProducts(products));
      Direction direction = step.receive(labelHolder, Direction.class);
      if (direction.coefficients().length == 0) {
        verdict = Verdict.CONVERGED;
        break;
      }
      optimiser.combine(direction.pairKept(), direction.coefficients());
      step.send(labelHolder, maskedPredictor(masks, pass));
      verdict = advance(step.receive(labelHolder, Step.class), pass, opening.passLimit());
      report.passDone();
      passesDone = pass;
      listener.afterPass(pass, optimiser.coefficients());
      progress.advance(1);
      progress.note("pass " + pass + " done");
      if (verdict == Verdict.CONTINUE) {
        commit(progress(agreed), null);
        dropBlobsBeforeLast();
      }
    }
    progress.end();
    report.featureHolderLedger(
        table.rows().rows(), columns.count(), visibleColumns, others.isEmpty(), openedBefore);
    LogisticFit fit =
        new LogisticFit(
            columns.modelPart(
                HexFormat.of().formatHex(opening.fitId()), optimiser.coefficients(), 0),
            report.summary(verdict == Verdict.CONVERGED));
    commit(new byte[0], fit);
    dropBlobsBeforeLast();
    return fit;
  }

  /** Keys cross between every two feature holders on their own link, never through a third. */
  private Agreed begin(byte[] secretKey) {
    MaskKey own = new MaskKey(PairwiseMasks.publicKey(secretKey), columns.count());
    others.forEach(peer -> channel.send(peer, own));
    SortedMap<PartyId, MaskKey> theirs = new TreeMap<>();
    for (PartyId peer : others) {
      theirs.put(peer, channel.receive(peer, MaskKey.class));
    }
    int passLimit = passLimit(visibleColumns(theirs));
    channel.send(
        labelHolder,
        new Declaration(table.rows().rows(), table.alignmentDigest(), columns.count(), passLimit));
    return new Agreed(theirs, channel.receive(labelHolder, Opening.class));
  }

  /** Of all feature holders, for the label holder sees the sum. */
  private int visibleColumns(SortedMap<PartyId, MaskKey> theirs) {
    return columns.count() + theirs.values().stream().mapToInt(MaskKey::columns).sum();
  }

  private int passLimit(int visibleColumns) {
    return PrivacyChecks.passLimit(rules, visibleColumns, others.isEmpty(), openedBefore);
  }

  private PairwiseMasks masks(byte[] secretKey, SortedMap<PartyId, MaskKey> theirs) {
    SortedMap<PartyId, byte[]> publicKeys = new TreeMap<>();
    theirs.forEach((peer, key) -> publicKeys.put(peer, key.publicKey()));
    return new PairwiseMasks(channel.self(), channel.path(), secretKey, publicKeys);
  }

  private void commit(byte[] progress, @Nullable LogisticFit result) {
    channel.commit(new FitState(rowsPerColumn, data, progress, result).toBytes());
  }

  /** All that the passes to come need, but for the data. */
  byte[] progress(Agreed agreed) {
    return StateFormat.write(
        out -> {
          agreed.others().values().forEach(key -> LogisticMessages.write(key, out));
          LogisticMessages.write(agreed.opening(), out);
          out.writeInt(passesDone);
          optimiser.write(out);
          report.write(out);
        });
  }

  /** Takes up what {@link #progress} gave. */
  Agreed goOn(byte[] restored) {
    return StateFormat.read(restored, this::read);
  }

  private Agreed read(WireReader in) {
    SortedMap<PartyId, MaskKey> theirs = new TreeMap<>();
    others.forEach(peer -> theirs.put(peer, LogisticMessages.readMaskKey(in)));
    Opening opening = LogisticMessages.readOpening(in);
    passesDone = in.readBetween("number of passes", 0, opening.passLimit() - 1);
    optimiser.read(in);
    report.read(in);
    return new Agreed(theirs, opening);
  }

  private PaillierPublicKey accept(Opening opening, int passLimit) {
    if (opening.passLimit() > Math.min(passLimit, terms.maxIter())) {
      throw new PrivacyException(
          "The label holder wants "
              + opening.passLimit()
              + " passes: at most "
              + Math.min(passLimit, terms.maxIter())
              + " are allowed here");
    }
    PaillierPublicKey key = PaillierPublicKey.fromBytes(opening.publicKey());
    if (key.keyBits() != terms.keyBits()) {
      throw new ProtocolException(
          "The label holder's key has " + key.keyBits() + " bits: must be " + terms.keyBits());
    }
    return key;
  }

  /** This party's gradient of the mean loss with its penalty, which it alone learns. */
  private double[] gradient(Channel step, PaillierPublicKey key, int residualExponent) {
    EncryptedResiduals residuals = receiveResiduals(step, key);
    CiphertextBlock sums = key.sum(columns.rows().map(residuals, EncryptedResiduals::product));
    byte[] path = step.path().getBytes(StandardCharsets.UTF_8);
    byte[] input = Sha256.of(sums.toBytes());
    PlaintextBlock masks =
        packing.masks(
            key, columns.count(), randomness.derive("logistic/answer masks", path, input));
    CiphertextBlock masked =
        key.addMasks(sums, masks, randomness.derive("logistic/answers", path, input));
    step.send(labelHolder, new MaskedGradient(masked.toBytes()));
    long[] answer = unmask(step.receive(labelHolder, GradientAnswer.class).middleSlots(), masks);
    double[] coefficients = optimiser.coefficients();
    double[] gradient = new double[answer.length];
    for (int j = 0; j < gradient.length; j++) {
      gradient[j] =
          Math.scalb((double) answer[j], residualExponent - terms.residualBits())
                  / table.rows().rows()
                  * columns.units()[j]
              + terms.regParam() * coefficients[j];
    }
    return gradient;
  }

  private EncryptedResiduals receiveResiduals(Channel step, PaillierPublicKey key) {
    LogisticMessage first = step.receive(labelHolder, LogisticMessage.class);
    if (first instanceof ResidualBlobs named) {
      return stored(step.blobs(), key, named);
    }
    List<CiphertextBlock> chunks = new ArrayList<>();
    int expected = packing.ciphertexts();
    for (int from = 0; from < expected; from += LogisticMessages.CHUNK_CIPHERTEXTS) {
      ResidualChunk chunk =
          from == 0 ? chunk(first) : step.receive(labelHolder, ResidualChunk.class);
      if (chunk.number() != chunks.size()) {
        throw new ProtocolException(
            "Chunk " + chunk.number() + " of the residuals: must be chunk " + chunks.size());
      }
      chunks.add(
          CiphertextBlock.fromBytes(
              key,
              chunk.ciphertexts(),
              Math.min(LogisticMessages.CHUNK_CIPHERTEXTS, expected - from)));
    }
    return new EncryptedResiduals.Whole(key, packing, CiphertextBlock.concat(chunks));
  }

  private static ResidualChunk chunk(LogisticMessage message) {
    if (message instanceof ResidualChunk chunk) {
      return chunk;
    }
    throw new ProtocolException(
        "Expected the residuals, but it is " + message.getClass().getSimpleName());
  }

  /** Their tasks fetch them; what is not there, or is not ciphertexts, ends the fit then. */
  private EncryptedResiduals stored(Blobs blobs, PaillierPublicKey key, ResidualBlobs named) {
    int expected = ResidualEncryption.blobs(packing);
    long bytes = ResidualEncryption.bytes(packing);
    if (named.digests().length != expected || named.bytesBeside() != bytes) {
      throw new ProtocolException(
          named.digests().length
              + " blobs of "
              + named.bytesBeside()
              + " bytes with residuals: must be "
              + expected
              + " of "
              + bytes);
    }
    passBlobs = List.of(named.digests());
    return new EncryptedResiduals.Stored(key, packing, blobs, named.digests());
  }

  /** After a crash this party may have to go on from the commit before the last one. */
  private void dropBlobsBeforeLast() {
    channel.dropBlobs(lastBlobs);
    lastBlobs = passBlobs;
    passBlobs = List.of();
  }

  private long[] unmask(long[] middleSlots, PlaintextBlock masks) {
    if (middleSlots.length != columns.count()) {
      throw new ProtocolException(
          "The label holder answered "
              + middleSlots.length
              + " columns: must be "
              + columns.count());
    }
    for (long slot : middleSlots) {
      if (slot < 0 || slot >>> packing.slotBits() != 0) {
        throw new ProtocolException(
            "An answer of the label holder exceeds a slot of " + packing.slotBits() + " bits");
      }
    }
    long[] sums = packing.unmask(middleSlots, masks);
    long bound = (((long) table.rows().rows() * columns.maximum()) << terms.residualBits()) + 1;
    for (long sum : sums) {
      if (Math.abs(sum) > bound) {
        throw new ProtocolException(
            "An answer of the label holder is beyond what any residuals can sum to");
      }
    }
    return sums;
  }

  private Predictor maskedPredictor(PairwiseMasks masks, int pass) {
    double[] direction = optimiser.direction();
    double[] perStep = direction.clone();
    for (int j = 0; j < perStep.length; j++) {
      perStep[j] *= columns.units()[j];
    }
    long[] values = LinearPredictor.of(columns.rows(), perStep);
    BigInteger[] penalties =
        RingScalars.encode(penalties(terms, optimiser.coefficients(), direction, 0));
    masks.mask("pass-" + pass + "/predictor", values);
    masks.mask("pass-" + pass + "/penalty", penalties);
    return new Predictor(values, penalties);
  }

  /**
   * The slope and the curvature of the penalty along a direction, from the first penalised
   * coefficient on; none without a penalty.
   */
  static double[] penalties(
      LogisticTerms terms, double[] coefficients, double[] direction, int first) {
    if (terms.regParam() == 0) {
      return new double[0];
    }
    double slope = 0;
    double curvature = 0;
    for (int j = first; j < direction.length; j++) {
      slope += coefficients[j] * direction[j];
      curvature += direction[j] * direction[j];
    }
    return new double[] {terms.regParam() * slope, terms.regParam() * curvature};
  }

  private Verdict advance(Step step, int pass, int passLimit) {
    if (step.length() < 0) {
      throw new ProtocolException("A negative step length: must be at least 0");
    }
    if (step.verdict() == Verdict.CONTINUE && pass == passLimit) {
      throw new ProtocolException(
          "The label holder goes on after pass " + pass + ", which is the limit");
    }
    if (step.verdict() == Verdict.PASS_LIMIT) {
      report.stoppedAtLimit(pass, terms.maxIter());
    }
    optimiser.advance(step.length());
    return step.verdict();
  }
}
