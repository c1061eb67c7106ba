// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static io.heddle.crypto.kernel.VectorLanes.LANES;
import static io.heddle.crypto.kernel.VectorLanes.LIMB_BITS;
import static io.heddle.crypto.kernel.VectorLanes.PAD;

import io.heddle.crypto.kernel.Residues.Limbs;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Montgomery multiplication of {@link VectorLanes#LANES} residues side by side.
 *
 * <p>It works modulo a multiple N' of the modulus that is -1 modulo B = 2^50: a quotient limb is
 * then the low limb of its column. Numbers are whole numbers x with |x| at most 2N'; R = B^rows is
 * at least 4N', so a reduced product, |ab|/R + N'/2, is at most 3/2 N'; only {@link #toBytes}
 * reduces to one of 0 to the modulus minus one. (Montgomery, "Modular Multiplication without Trial
 * Division", Math. Comp. 44, 1985.)
 */
final class LaneModulus extends Modulus {
  private final BigInteger value;
  private final LimbFormat format;
  private final int limbs;
  private final int rows;
  private final BigInteger multiple;
  final double[] multipleLanes;
  final long[] productBias;
  final long[] squareBias;
  final long[] lowBias;
  final long[] upperBias;
  final double[] negativeInverse;
  private final double[] toMontgomery;
  private final double[] fromMontgomery;
  private final double[] one;

  LaneModulus(BigInteger value) {
    this.value = value;
    BigInteger base = BigInteger.ONE.shiftLeft(LIMB_BITS);
    this.multiple = value.multiply(value.modInverse(base).negate().mod(base));
    // Room for 2N' and the sign.
    this.limbs = (value.bitLength() + 2 * LIMB_BITS + 1) / LIMB_BITS;
    this.rows = (limbs + 1) / 2 * 2;
    this.format = new LimbFormat(value, multiple, limbs);
    this.multipleLanes = broadcast(multiple);
    this.productBias = bias().products(1).reduction().columns();
    this.squareBias = bias().square().reduction().columns();
    this.lowBias = bias().low().columns();
    this.upperBias = bias().upper().upper().columnsFrom(rows - LaneBias.GUARDS);
    this.negativeInverse = broadcastRows(multiple.negate().modInverse(radix()));
    this.toMontgomery = broadcast(radix().multiply(radix()).mod(value));
    this.fromMontgomery = broadcast(BigInteger.ONE);
    this.one = format.limbs(radix().mod(value));
  }

  /** The same number in all lanes, as it is. */
  double[] broadcast(BigInteger number) {
    return broadcast(format.limbs(number));
  }

  /** A number modulo R in all lanes. */
  private double[] broadcastRows(BigInteger number) {
    byte[] bytes = number.toByteArray();
    double[] narrow = new double[rows];
    LimbFormat.read(bytes, 0, bytes.length, narrow, 0, rows);
    return broadcast(narrow);
  }

  private double[] broadcast(double[] narrow) {
    double[] wide = new double[paddedLimbs() * LANES];
    for (int lane = 0; lane < LANES; lane++) {
      for (int k = 0; k < narrow.length; k++) {
        wide[(k + PAD) * LANES + lane] = narrow[k];
      }
    }
    return wide;
  }

  /** For products of this modulus's numbers. */
  LaneBias bias() {
    return new LaneBias(limbs, rows);
  }

  /** R. */
  BigInteger radix() {
    return BigInteger.ONE.shiftLeft(LIMB_BITS * rows);
  }

  /** N'. */
  BigInteger multiple() {
    return multiple;
  }

  /** Limbs of a number. */
  int limbs() {
    return limbs;
  }

  /** Limbs by which a product is reduced: the next even number. */
  int rows() {
    return rows;
  }

  int paddedLimbs() {
    return limbs + 2 * PAD;
  }

  /** Copies a number into a lane. */
  void load(double[] from, int index, double[] into, int lane) {
    int at = index * limbs;
    for (int k = 0; k < limbs; k++) {
      into[(k + PAD) * LANES + lane] = from[at + k];
    }
  }

  /** Copies a number into each lane: four at a time, which is twice as fast as one by one. */
  void loadAll(double[] from, int[] indices, double[] into) {
    loadAll(from, limbs, indices, into);
  }

  /** The same for companions. */
  void loadCompanions(double[] from, int[] indices, double[] into) {
    loadAll(from, rows, indices, into);
  }

  private static void loadAll(double[] from, int width, int[] indices, double[] into) {
    int lane = 0;
    for (; lane + 4 <= LANES; lane += 4) {
      int a = indices[lane] * width;
      int b = indices[lane + 1] * width;
      int c = indices[lane + 2] * width;
      int d = indices[lane + 3] * width;
      int to = PAD * LANES + lane;
      for (int k = 0; k < width; k++, to += LANES) {
        into[to] = from[a + k];
        into[to + 1] = from[b + k];
        into[to + 2] = from[c + k];
        into[to + 3] = from[d + k];
      }
    }
    for (; lane < LANES; lane++) {
      int at = indices[lane] * width;
      for (int k = 0; k < width; k++) {
        into[(k + PAD) * LANES + lane] = from[at + k];
      }
    }
  }

  /** Copies a number out of a lane. */
  void store(double[] from, int lane, double[] into, int index) {
    int at = index * limbs;
    for (int k = 0; k < limbs; k++) {
      into[at + k] = from[(k + PAD) * LANES + lane];
    }
  }

  /** Copies a number out of each lane. */
  void storeAll(double[] from, double[] into, int[] indices) {
    storeAll(from, limbs, into, indices);
  }

  /** The same for companions. */
  void storeCompanions(double[] from, double[] into, int[] indices) {
    storeAll(from, rows, into, indices);
  }

  private static void storeAll(double[] from, int width, double[] into, int[] indices) {
    int lane = 0;
    for (; lane + 4 <= LANES; lane += 4) {
      int a = indices[lane] * width;
      int b = indices[lane + 1] * width;
      int c = indices[lane + 2] * width;
      int d = indices[lane + 3] * width;
      int at = PAD * LANES + lane;
      for (int k = 0; k < width; k++, at += LANES) {
        into[a + k] = from[at];
        into[b + k] = from[at + 1];
        into[c + k] = from[at + 2];
        into[d + k] = from[at + 3];
      }
    }
    for (; lane < LANES; lane++) {
      int at = indices[lane] * width;
      for (int k = 0; k < width; k++) {
        into[at + k] = from[(k + PAD) * LANES + lane];
      }
    }
  }

  @Override
  public BigInteger value() {
    return value;
  }

  double[] limbsOf(Residues residues) {
    if (residues instanceof Limbs block && block.width == limbs) {
      return block.limbs;
    }
    throw new IllegalArgumentException("Residues of another modulus");
  }

  Residues block(double[] numbers) {
    return new Limbs(numbers, limbs, null);
  }

  @Override
  Residues read(byte[] bytes, int offset, int count, int width, BigInteger factor) {
    double[] constant =
        factor.equals(BigInteger.ONE)
            ? toMontgomery
            : broadcast(radix().multiply(radix()).multiply(factor).mod(value));
    double[] numbers = new double[Math.multiplyExact(count, limbs)];
    for (int i = 0; i < count; i++) {
      LimbFormat.read(bytes, offset + i * width, width, numbers, i * limbs, limbs);
    }
    return block(timesConstant(numbers, constant));
  }

  @Override
  public void toBytes(Residues residues, byte[] into, int offset, int width) {
    double[] numbers = timesConstant(limbsOf(residues), fromMontgomery);
    for (int i = 0; i < residues.size(); i++) {
      format.write(numbers, i * limbs, into, offset + i * width, width);
    }
  }

  /** The numbers as they are stored, in Montgomery form, but from 0 to the modulus minus one. */
  double[] canonical(Residues residues) {
    double[] numbers = limbsOf(residues).clone();
    for (int i = 0; i < numbers.length; i += limbs) {
      format.reduce(numbers, i);
    }
    return numbers;
  }

  /** The Montgomery products with one constant in all lanes. */
  double[] timesConstant(double[] numbers, double[] constant) {
    LaneScratch scratch = new LaneScratch(this);
    double[] companion = scratch.newNumbers();
    scratch.companion(constant, companion);
    double[] products = new double[numbers.length];
    int size = numbers.length / limbs;
    for (int i = 0; i < size; i += LANES) {
      scratch.loadRow(numbers, i, size, scratch.left);
      scratch.multiply(scratch.left, constant, companion, scratch.right);
      scratch.storeRow(scratch.right, products, i, size);
    }
    return products;
  }

  @Override
  public Residues ones(int count) {
    double[] numbers = new double[Math.multiplyExact(count, limbs)];
    for (int i = 0; i < count; i++) {
      System.arraycopy(one, 0, numbers, i * limbs, limbs);
    }
    return block(numbers);
  }

  @Override
  public Residues concat(List<Residues> blocks) {
    double[] numbers = join(blocks.stream().map(this::limbsOf).toList());
    List<double[]> companions = new ArrayList<>();
    for (Residues each : blocks) {
      double[] prepared = ((Limbs) each).companions;
      if (prepared == null) {
        return block(numbers);
      }
      companions.add(prepared);
    }
    return new Limbs(numbers, limbs, join(companions));
  }

  private static double[] join(List<double[]> parts) {
    long length = parts.stream().mapToLong(part -> part.length).sum();
    double[] joined = new double[Math.toIntExact(length)];
    int done = 0;
    for (double[] part : parts) {
      System.arraycopy(part, 0, joined, done, part.length);
      done += part.length;
    }
    return joined;
  }

  @Override
  public void put(Residues target, int at, Residues block) {
    double[] numbers = limbsOf(block);
    System.arraycopy(numbers, 0, limbsOf(target), at * limbs, numbers.length);
  }

  @Override
  public Residues gather(Residues residues, int[] at) {
    double[] from = limbsOf(residues);
    double[] numbers = new double[Math.multiplyExact(at.length, limbs)];
    for (int k = 0; k < at.length; k++) {
      System.arraycopy(from, at[k] * limbs, numbers, k * limbs, limbs);
    }
    return block(numbers);
  }

  @Override
  public Residues multiply(Residues left, Residues right) {
    double[] a = limbsOf(left);
    double[] b = limbsOf(right);
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "Invalid block of " + right.size() + " numbers: must have " + left.size());
    }
    LaneScratch scratch = new LaneScratch(this);
    double[] products = new double[a.length];
    int size = left.size();
    for (int i = 0; i < size; i += LANES) {
      scratch.loadRow(a, i, size, scratch.left);
      scratch.loadRow(b, i, size, scratch.right);
      scratch.multiply(scratch.left, scratch.right, scratch.left);
      scratch.storeRow(scratch.left, products, i, size);
    }
    return block(products);
  }

  @Override
  public void multiplyInto(
      Residues target, int[] targetAt, Residues factors, int[] factorAt, int count) {
    double[] a = limbsOf(target);
    double[] b = limbsOf(factors);
    LaneScratch scratch = new LaneScratch(this);
    int[] targets = new int[LANES];
    int[] sources = new int[LANES];
    for (int k = 0; k < count; k += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        // Lanes that are left over do the last product again.
        int last = Math.min(k + lane, count - 1);
        targets[lane] = targetAt[last];
        sources[lane] = factorAt[last];
      }
      loadAll(a, targets, scratch.left);
      loadAll(b, sources, scratch.right);
      scratch.multiply(scratch.left, scratch.right, scratch.left);
      storeAll(scratch.left, a, targets);
    }
  }

  @Override
  public Residues add(Residues left, Residues right) {
    double[] a = limbsOf(left);
    double[] b = limbsOf(right);
    if (a.length != b.length) {
      throw new IllegalArgumentException(
          "Invalid block of " + right.size() + " numbers: must have " + left.size());
    }
    double[] sums = new double[a.length];
    for (int i = 0; i < sums.length; i++) {
      sums[i] = a[i] + b[i];
    }
    for (int i = 0; i < left.size(); i++) {
      format.settle(sums, i * limbs);
    }
    return block(sums);
  }

  @Override
  public Residues square(Residues residues, int times) {
    double[] a = limbsOf(residues);
    double[] squares = new double[a.length];
    LaneScratch scratch = new LaneScratch(this);
    int size = residues.size();
    for (int i = 0; i < size; i += LANES) {
      scratch.loadRow(a, i, size, scratch.left);
      for (int k = 0; k < times; k++) {
        scratch.square(scratch.left, scratch.left);
      }
      scratch.storeRow(scratch.left, squares, i, size);
    }
    return block(squares);
  }

  @Override
  public Residues power(Residues bases, BigInteger exponent) {
    double[] a = limbsOf(bases);
    double[] powers = new double[a.length];
    LaneScratch scratch = new LaneScratch(this);
    LanePower<double[]> power = new LanePower<>(scratch, exponent, broadcast(radix().mod(value)));
    int size = bases.size();
    for (int i = 0; i < size; i += LANES) {
      scratch.loadRow(a, i, size, power.base());
      scratch.storeRow(power.power(), powers, i, size);
    }
    return block(powers);
  }

  @Override
  public Residues power(Residues bases, BigInteger[] exponents) {
    double[] a = limbsOf(bases);
    if (exponents.length != bases.size()) {
      throw new IllegalArgumentException(
          "Invalid number of exponents " + exponents.length + ": must be " + bases.size());
    }
    double[] powers = new double[a.length];
    int size = bases.size();
    for (int i = 0; i < size; i += LANES) {
      LanePower.each(
          this, a, i, Arrays.copyOfRange(exponents, i, Math.min(size, i + LANES)), powers, one);
    }
    return block(powers);
  }

  @Override
  public Residues prepare(Residues factors) {
    double[] a = limbsOf(factors);
    int size = factors.size();
    double[] companions = new double[Math.multiplyExact(size, rows)];
    LaneScratch scratch = new LaneScratch(this);
    for (int i = 0; i < size; i += LANES) {
      scratch.loadRow(a, i, size, scratch.left);
      scratch.companion(scratch.left, scratch.right);
      scratch.storeCompanions(scratch.right, companions, i, size);
    }
    return new Limbs(a, limbs, companions);
  }

  @Override
  public Residues products(Residues factors, int[] places, int[] starts) {
    double[] a = limbsOf(factors);
    double[] companions = ((Limbs) factors).companions;
    double[] products = new double[Math.multiplyExact(starts.length - 1, limbs)];
    LaneProducts.compute(this, a, companions, places, starts, products, one);
    return block(products);
  }

  @Override
  public Transfer transferFrom(Modulus from, BigInteger factor) {
    LaneModulus source = (LaneModulus) from;
    // A part of the source's limbs at a time, each with its own constant.
    int parts = (source.limbs + limbs - 1) / limbs;
    double[][] constants = new double[parts][];
    BigInteger outOfSource = source.radix().modInverse(value);
    for (int part = 0; part < parts; part++) {
      constants[part] =
          broadcast(
              factor
                  .multiply(outOfSource)
                  .shiftLeft(LIMB_BITS * limbs * part)
                  .multiply(radix())
                  .multiply(radix())
                  .mod(value));
    }
    return residues -> take(source, residues, constants);
  }

  private Residues take(LaneModulus source, Residues residues, double[][] constants) {
    double[] a = source.limbsOf(residues);
    int size = residues.size();
    Residues sum = block(new double[0]);
    for (int part = 0; part < constants.length; part++) {
      int first = part * limbs;
      int count = Math.min(limbs, source.limbs - first);
      double[] numbers = new double[size * limbs];
      for (int i = 0; i < size; i++) {
        System.arraycopy(a, i * source.limbs + first, numbers, i * limbs, count);
      }
      Residues product = block(timesConstant(numbers, constants[part]));
      sum = part == 0 ? product : add(sum, product);
    }
    return sum;
  }

  @Override
  public FixedBase fixedBase(BigInteger base, int exponentBits, long maxTableBytes) {
    return new FixedBase(this, base, exponentBits, maxTableBytes);
  }
}
