// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.bucket;

import io.heddle.crypto.kernel.Modulus;
import io.heddle.crypto.kernel.Residues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * For each column and bin the product of the ciphertexts of its rows: encrypted sums by bin.
 *
 * <p>A plan is made from the bins before anything is multiplied. Columns with few bins are sorted
 * together, by pairs, triples or more of their bins, and each column's own bins are products of
 * these joint buckets; a column in which one bin holds almost all rows gets it as the product of
 * all rows, divided by the other bins. The results are the same numbers as without a plan. Dividing
 * needs ciphertexts that have an inverse, which those that were checked on arrival do.
 *
 * <p>Reads nothing secret: it runs wherever the columns are. Immutable; holds the bins that it was
 * given, not a copy.
 */
public final class Histogram {
  private final List<BucketTree> trees;
  private final int[] starts;
  private final List<List<Integer>> groups;
  private final List<Complement> complements;
  private final int[] total;
  private final long multiplications;
  private final int @Nullable [] rows;
  private final int allRows;

  Histogram(
      List<BucketTree> trees,
      int[] starts,
      List<List<Integer>> groups,
      List<Complement> complements,
      int[] total,
      long multiplications,
      int @Nullable [] rows,
      int allRows) {
    this.trees = trees;
    this.starts = starts;
    this.groups = groups;
    this.complements = complements;
    this.total = total;
    this.multiplications = multiplications;
    this.rows = rows;
    this.allRows = allRows;
  }

  /**
   * A bin that is the product of all rows divided by its column's other bins.
   *
   * @param result the bin's place among the results
   * @param others the places of the other bins that have rows
   */
  record Complement(int result, int[] others) {
    Complement {
      others = others.clone();
    }

    @Override
    public int[] others() {
      return others.clone();
    }
  }

  /**
   * Plans the histogram of all rows.
   *
   * @param bins {@code bins[j][i]} is the bin of column j in row i, as an unsigned byte
   * @param sizes how many bins each column has, 1 to 256
   */
  public static Histogram plan(byte[][] bins, int[] sizes) {
    return new HistogramPlanner(bins, sizes, null).plan(true);
  }

  /**
   * Plans the histogram of some rows.
   *
   * @param rows which
   */
  public static Histogram plan(byte[][] bins, int[] sizes, int[] rows) {
    return new HistogramPlanner(bins, sizes, rows.clone()).plan(true);
  }

  /** Plans the histogram of all rows without joint buckets: what they are compared with. */
  public static Histogram planApart(byte[][] bins, int[] sizes) {
    return new HistogramPlanner(bins, sizes, null).plan(false);
  }

  /** Plans the histogram of some rows without joint buckets. */
  public static Histogram planApart(byte[][] bins, int[] sizes, int[] rows) {
    return new HistogramPlanner(bins, sizes, rows.clone()).plan(false);
  }

  /** Where a column's bin 0 stands among the results; its other bins follow. */
  public int start(int column) {
    return starts[column];
  }

  /** How many results there are: the bins of all columns. */
  public int size() {
    return starts[starts.length - 1];
  }

  /** How many multiplications {@link #compute} makes. */
  public long multiplications() {
    return multiplications;
  }

  /** Which columns have joint buckets; one without any is a group of its own. */
  public List<List<Integer>> groups() {
    return groups;
  }

  /** How many columns have a bin that is found by division. */
  public int divided() {
    return complements.size();
  }

  /**
   * The products, spread over the cores; 1 for a bin without rows.
   *
   * @param ciphertexts of all rows, also if the plan is for some
   */
  public Residues compute(Modulus modulus, Residues ciphertexts) {
    return compute(new BlockArithmetic(modulus), ciphertexts);
  }

  Residues compute(BlockArithmetic arithmetic, Residues ciphertexts) {
    if (ciphertexts.size() != allRows && rows == null) {
      throw new IllegalArgumentException(
          "Invalid number of ciphertexts " + ciphertexts.size() + ": must be " + allRows);
    }
    Residues results = BucketTree.compute(arithmetic, ciphertexts, trees, size());
    return complements.isEmpty() ? results : withComplements(arithmetic, results);
  }

  private Residues withComplements(BlockArithmetic arithmetic, Residues results) {
    List<int[]> lists = new ArrayList<>();
    lists.add(total);
    complements.forEach(complement -> lists.add(complement.others));
    Residues products = arithmetic.products(results, Lists.of(lists));
    int count = complements.size();
    Residues inverses = arithmetic.inverse(products.slice(1, 1 + count));
    Residues totals = arithmetic.modulus().gather(products, new int[count]);
    Residues divided = arithmetic.multiply(totals, inverses);
    int[] order = new int[size()];
    Arrays.setAll(order, i -> i);
    for (int k = 0; k < count; k++) {
      order[complements.get(k).result] = size() + k;
    }
    return arithmetic
        .modulus()
        .gather(arithmetic.modulus().concat(List.of(results, divided)), order);
  }
}
