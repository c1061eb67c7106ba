// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.crypto.additive.CiphertextAssembly;
import io.heddle.table.AlignedRows;
import io.heddle.table.Shared;
import java.util.ArrayList;
import java.util.List;

/**
 * What a feature holder has of one tree's derivatives, kept where its rows are until the tree is
 * grown.
 */
sealed interface TreeGradients extends AutoCloseable {
  /** Sums over all rows, each part over some. */
  List<Accumulation.Part> ofAll();

  /**
   * Sums over the rows of nodes, each part over some.
   *
   * @param nodes the ranks of each node's rows, ascending
   */
  List<Accumulation.Part> of(int[][] nodes);

  @Override
  void close();

  /**
   * Receives them.
   *
   * @param columns where this party's rows are
   * @param bins of all columns, if they are in this JVM
   * @param chosen the columns that may split the tree
   * @param what for no nodes yet
   * @throws io.heddle.error.ProtocolException if they cannot be used; where the rows are elsewhere,
   *     that may be seen there
   */
  static TreeGradients receive(
      GradientReceiver from,
      BinnedColumns columns,
      byte[][] bins,
      SampledRows sample,
      int[] chosen,
      Accumulation what) {
    return columns.rows().areHere()
        ? here(from, GradientBlock.bins(bins, 0, sample.rows(), chosen), sample.size(), what)
        : InTasks.receive(from, columns.rows(), sample, chosen, what);
  }

  private static TreeGradients here(
      GradientReceiver from, byte[][] bins, int rows, Accumulation what) {
    int count = what.slots().plaintexts(rows);
    CiphertextAssembly ciphertexts = new CiphertextAssembly(what.key(), count);
    GradientBlock block = new GradientBlock(0, rows, bins, ciphertexts.block());
    try (EarlySums early = new EarlySums(block, what)) {
      GradientPieces pieces =
          new GradientPieces(
              count,
              what.key().ciphertextBytes(),
              piece -> {
                ciphertexts.add(piece);
                early.arrived(ciphertexts.size());
              });
      from.receive(pieces::add);
      return new Here(block, what, early.await());
    }
  }

  /** All in this JVM, as one block. */
  record Here(GradientBlock block, Accumulation what, List<Accumulation.Part> ofAll)
      implements TreeGradients {
    @Override
    public List<Accumulation.Part> of(int[][] nodes) {
      return List.of(Accumulation.sum(block, what.of(nodes)));
    }

    @Override
    public void close() {}
  }

  /** On executors, each of which has those of its own rows. */
  record InTasks(
      AlignedRows<GradientBlock> blocks, int rows, Accumulation what, List<Shared<byte[]>> shared)
      implements TreeGradients {

    private static TreeGradients receive(
        GradientReceiver from,
        AlignedRows<BinnedBlock> rows,
        SampledRows sample,
        int[] chosen,
        Accumulation what) {
      List<Shared<byte[]>> shared = new ArrayList<>();
      boolean received = false;
      try {
        GradientPieces pieces =
            new GradientPieces(
                what.slots().plaintexts(sample.size()),
                what.key().ciphertextBytes(),
                piece -> shared.add(rows.share(piece)));
        // Tasks fetch what is beside the link; what is not there ends the fit then.
        from.receive(pieces::add, named -> {});
        AlignedRows<GradientBlock> blocks =
            rows.derive(
                new GradientSlices(
                    what.key(), sample.rows(), chosen, what.slots(), from.pieces(shared)),
                GradientSlices::of);
        received = true;
        return new InTasks(blocks, sample.size(), what, shared);
      } finally {
        if (!received) {
          shared.forEach(Shared::close);
        }
      }
    }

    @Override
    public List<Accumulation.Part> ofAll() {
      return of(new int[][] {RowSets.all(rows)});
    }

    @Override
    public List<Accumulation.Part> of(int[][] nodes) {
      return blocks.map(what.of(nodes), Accumulation::sum);
    }

    @Override
    public void close() {
      blocks.close();
      shared.forEach(Shared::close);
    }
  }
}
