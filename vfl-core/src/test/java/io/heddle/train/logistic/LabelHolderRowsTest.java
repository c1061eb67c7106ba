// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Parties;
import io.heddle.progress.Progress;
import io.heddle.table.AlignedRows;
import io.heddle.table.ColumnBlock;
import io.heddle.table.PartitionKernel;
import io.heddle.table.PartyTable;
import io.heddle.table.Shared;
import io.heddle.train.logistic.Fits.Joined;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the label holder hands to the place of its rows, which on Spark is executors. */
class LabelHolderRowsTest {
  private static final LogisticTerms TERMS =
      LogisticTerms.builder().columnBits(6).maxIter(2).tol(0).build();

  /** Keeps the bytes of every argument. */
  private record Recorded<P extends Serializable>(AlignedRows<P> of, List<String> arguments)
      implements AlignedRows<P> {
    @Override
    public int rows() {
      return of.rows();
    }

    @Override
    public <A extends Serializable, R extends Serializable> List<R> map(
        A argument, PartitionKernel<P, A, R> kernel) {
      arguments.add(serialised(argument));
      return of.map(argument, kernel);
    }

    @Override
    public <A extends Serializable, Q extends Serializable> AlignedRows<Q> derive(
        A argument, PartitionKernel<P, A, Q> kernel) {
      arguments.add(serialised(argument));
      return new Recorded<>(of.derive(argument, kernel), arguments);
    }

    @Override
    public <A extends Serializable> Shared<A> share(A value) {
      arguments.add(serialised(value));
      return of.share(value);
    }

    @Override
    public void close() {
      of.close();
    }
  }

  private static String serialised(Serializable object) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static PartyTable recorded(double[][] columns, int rows, List<String> arguments) {
    PartyTable table = Fits.table(columns, rows, 2);
    AlignedRows<ColumnBlock> tapped = new Recorded<>(table.rows(), arguments);
    return new PartyTable(tapped, table.columnNames(), table.alignmentDigest());
  }

  /** The arguments at the label holder, and those at the feature holder. */
  private static List<List<String>> argumentsOfAFit(Joined joined, double[] labels) {
    List<List<String>> arguments = List.of(new ArrayList<>(), new ArrayList<>());
    Parties.run(
        Fits.TYPES,
        Fits.BANK,
        session ->
            new LogisticLabelHolder(
                    TERMS, Fits.FULL, Fits.KEY, session::privateRandomness, Fits.seed())
                .fit(
                    Fits.begin(session, TERMS),
                    recorded(joined.holders().get(0), joined.rows(), arguments.get(0)),
                    labels,
                    null,
                    PassListener.NONE,
                    Progress.NONE),
        Fits.featureHolder(1),
        session ->
            new LogisticFeatureHolder(TERMS, Fits.FULL, session::privateRandomness)
                .fit(
                    Fits.begin(session, TERMS),
                    Fits.BANK,
                    recorded(joined.holders().get(1), joined.rows(), arguments.get(1)),
                    0,
                    PassListener.NONE,
                    Progress.NONE));
    return arguments;
  }

  @Test
  void fit_withOtherLabels_handsTheSameToTheRows() {
    Joined joined = Fits.generate(200, 50, 3, 4);
    double[] others = Arrays.stream(joined.labels()).map(label -> 1 - label).toArray();
    List<List<String>> one = argumentsOfAFit(joined, joined.labels());
    List<List<String>> other = argumentsOfAFit(joined, others);
    assertThat(one.get(0)).isNotEmpty().isEqualTo(other.get(0));
    // The control: what a feature holder's rows get follows from the residuals, encrypted.
    assertThat(one.get(1)).hasSameSizeAs(other.get(1)).isNotEqualTo(other.get(1));
  }
}
