// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.crypto.number.FixedWidth;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each operation against BigInteger, in whichever kernel this JVM has. */
class ModulusTest {
  private final Random random = new Random(20261125);

  private BigInteger odd(int bits) {
    return new BigInteger(bits, random).setBit(bits - 1).setBit(0);
  }

  /** Random numbers and those at the borders: 0, 1, N - 1, powers of two, long runs of ones. */
  private BigInteger[] numbers(BigInteger modulus, int count) {
    BigInteger[] numbers = new BigInteger[count];
    for (int i = 0; i < count; i++) {
      BigInteger any = new BigInteger(modulus.bitLength() + 8, random);
      numbers[i] =
          switch (random.nextInt(8)) {
            case 0 -> BigInteger.valueOf(random.nextInt(3)).mod(modulus);
            case 1 -> modulus.subtract(BigInteger.valueOf(1 + random.nextInt(3)));
            case 2 -> BigInteger.ONE.shiftLeft(random.nextInt(modulus.bitLength())).mod(modulus);
            case 3 ->
                BigInteger.ONE
                    .shiftLeft(random.nextInt(modulus.bitLength()))
                    .subtract(BigInteger.ONE)
                    .mod(modulus);
            default -> any.mod(modulus);
          };
    }
    return numbers;
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 1024, 1536, 2048, 3072, 4096, 6144, 8192})
  void products_manyNumbers_equalBigInteger(int bits) {
    for (BigInteger n :
        List.of(
            odd(bits),
            BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE),
            BigInteger.ONE.shiftLeft(bits - 1).add(BigInteger.ONE))) {
      Modulus modulus = Modulus.of(n);
      int left = (Integer.getInteger("heddle.test.operations", 400) + 2) / 3;
      for (; left > 0; left -= 1000) {
        requireSame(modulus, numbers(n, Math.min(left, 1000)), numbers(n, Math.min(left, 1000)));
      }
    }
  }

  private static void requireSame(Modulus modulus, BigInteger[] a, BigInteger[] b) {
    BigInteger n = modulus.value();
    Residues x = modulus.residues(a);
    Residues y = modulus.residues(b);
    BigInteger[] products = modulus.toIntegers(modulus.multiply(x, y));
    BigInteger[] squares = modulus.toIntegers(modulus.square(x, 1));
    BigInteger[] sums = modulus.toIntegers(modulus.add(modulus.add(x, y), x));
    BigInteger[] byPrepared = modulus.toIntegers(byPrepared(modulus, x, y));
    for (int i = 0; i < a.length; i++) {
      assertThat(products[i]).isEqualTo(a[i].multiply(b[i]).mod(n));
      assertThat(byPrepared[i]).isEqualTo(products[i]);
      assertThat(squares[i]).isEqualTo(a[i].multiply(a[i]).mod(n));
      assertThat(sums[i]).isEqualTo(a[i].add(b[i]).add(a[i]).mod(n));
    }
    assertThat(modulus.toIntegers(x)).isEqualTo(a);
  }

  /** x y number by number, as products of two places each. */
  private static Residues byPrepared(Modulus modulus, Residues x, Residues y) {
    int size = x.size();
    int[] places = new int[2 * size];
    Arrays.setAll(places, k -> k / 2 + (k % 2) * size);
    int[] starts = new int[size + 1];
    Arrays.setAll(starts, k -> 2 * k);
    Residues both = modulus.concat(List.of(modulus.prepare(x), modulus.prepare(y)));
    return modulus.products(both, places, starts);
  }

  @ParameterizedTest
  @ValueSource(ints = {256, 2048, 3072})
  void chains_ofManyOperations_staySound(int bits) {
    BigInteger n = odd(bits);
    Modulus modulus = Modulus.of(n);
    BigInteger[] a = numbers(n, 9);
    Residues x = modulus.residues(a);
    for (int step = 0; step < 200; step++) {
      Residues y = x;
      x =
          switch (step % 4) {
            case 0 -> modulus.add(x, x);
            case 1 -> modulus.multiply(x, y);
            case 2 -> modulus.square(x, 2);
            default -> modulus.add(x, modulus.ones(x.size()));
          };
      for (int i = 0; i < a.length; i++) {
        a[i] =
            switch (step % 4) {
              case 0 -> a[i].add(a[i]).mod(n);
              case 1 -> a[i].multiply(a[i]).mod(n);
              case 2 -> a[i].modPow(BigInteger.valueOf(4), n);
              default -> a[i].add(BigInteger.ONE).mod(n);
            };
      }
    }
    assertThat(modulus.toIntegers(x)).isEqualTo(a);
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 2048, 4096})
  void powers_equalBigInteger(int bits) {
    BigInteger n = odd(bits);
    Modulus modulus = Modulus.of(n);
    BigInteger[] a = numbers(n, 7);
    Residues x = modulus.residues(a);
    for (BigInteger e :
        List.of(
            BigInteger.ZERO,
            BigInteger.ONE,
            BigInteger.TWO,
            BigInteger.valueOf(48),
            new BigInteger(225, random),
            BigInteger.ONE.shiftLeft(90))) {
      BigInteger[] powers = modulus.toIntegers(modulus.power(x, e));
      for (int i = 0; i < a.length; i++) {
        assertThat(powers[i]).isEqualTo(a[i].modPow(e, n));
      }
    }
    BigInteger[] exponents = new BigInteger[a.length];
    Arrays.setAll(exponents, i -> new BigInteger(i * 40, random));
    BigInteger[] powers = modulus.toIntegers(modulus.power(x, exponents));
    for (int i = 0; i < a.length; i++) {
      assertThat(powers[i]).isEqualTo(a[i].modPow(exponents[i], n));
    }
  }

  @Test
  void fixedBase_exponentsOfAllSizes_equalBigInteger() {
    BigInteger n = odd(2048);
    Modulus modulus = Modulus.of(n);
    BigInteger base = new BigInteger(2047, random);
    for (long tableBytes : new long[] {0, 1 << 18}) {
      FixedBase fixed = modulus.fixedBase(base, 137, tableBytes);
      byte[] exponents = new byte[11 * 18];
      random.nextBytes(exponents);
      for (int i = 0; i < 11; i++) {
        exponents[i * 18] &= 1;
      }
      Arrays.fill(exponents, 0, 18, (byte) 0);
      BigInteger[] powers = modulus.toIntegers(fixed.powers(exponents, 18));
      for (int i = 0; i < 11; i++) {
        BigInteger e = new BigInteger(1, exponents, i * 18, 18);
        assertThat(powers[i]).isEqualTo(base.modPow(e, n));
      }
    }
  }

  @Test
  void listProducts_listsOfAllLengths_equalBigInteger() {
    BigInteger n = odd(2048);
    Modulus modulus = Modulus.of(n);
    BigInteger[] a = numbers(n, 30);
    Residues x = modulus.residues(a);
    int[] lengths = {0, 1, 5, 0, 0, 17, 1, 2, 3, 0, 9, 30, 0};
    int[] starts = new int[lengths.length + 1];
    for (int i = 0; i < lengths.length; i++) {
      starts[i + 1] = starts[i] + lengths[i];
    }
    int[] places = new int[starts[lengths.length]];
    Arrays.setAll(places, k -> random.nextInt(a.length));
    BigInteger[] expected = new BigInteger[lengths.length];
    for (int i = 0; i < lengths.length; i++) {
      expected[i] = BigInteger.ONE;
      for (int k = starts[i]; k < starts[i + 1]; k++) {
        expected[i] = expected[i].multiply(a[places[k]]).mod(n);
      }
    }
    Residues prepared = modulus.prepare(x);
    // Half of the block is prepared, which is as good as none.
    Residues half =
        modulus.concat(List.of(modulus.prepare(x.slice(0, 15)), prepared.slice(15, a.length)));
    for (Residues factors : List.of(x, prepared, half)) {
      assertThat(modulus.toIntegers(modulus.products(factors, places, starts))).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 8, 13})
  void inverse_anyCount_equalsBigInteger(int count) {
    BigInteger n = odd(1024);
    Modulus modulus = Modulus.of(n);
    BigInteger[] a = new BigInteger[count];
    Arrays.setAll(
        a,
        i -> {
          BigInteger x;
          do {
            x = new BigInteger(1020, random);
          } while (!x.gcd(n).equals(BigInteger.ONE));
          return x;
        });
    BigInteger[] inverses = modulus.toIntegers(modulus.inverse(modulus.residues(a)));
    for (int i = 0; i < count; i++) {
      assertThat(inverses[i]).isEqualTo(a[i].modInverse(n));
    }
  }

  @Test
  void inverse_oneWithoutInverse_throws() {
    BigInteger p = BigInteger.probablePrime(512, random);
    BigInteger n = p.multiply(BigInteger.probablePrime(512, random));
    Modulus modulus = Modulus.of(n);
    Residues residues = modulus.residues(BigInteger.ONE, p, BigInteger.TWO);
    assertThatThrownBy(() -> modulus.inverse(residues)).isInstanceOf(ArithmeticException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 1024, 1536, 2048, 3072, 4096})
  void transfer_downAndUp_isTheRemainderTheorem(int bits) {
    BigInteger p = odd(bits);
    BigInteger q = odd(bits);
    while (!p.gcd(q).equals(BigInteger.ONE)) {
      q = odd(bits);
    }
    BigInteger n = p.multiply(q);
    Modulus whole = Modulus.of(n);
    Modulus left = Modulus.of(p);
    Modulus right = Modulus.of(q);
    BigInteger[] a = numbers(n, 11);
    Residues x = whole.residues(a);
    Residues inLeft = left.transferFrom(whole, BigInteger.ONE).apply(x);
    Residues inRight = right.transferFrom(whole, BigInteger.ONE).apply(x);
    BigInteger[] lefts = left.toIntegers(inLeft);
    for (int i = 0; i < a.length; i++) {
      assertThat(lefts[i]).isEqualTo(a[i].mod(p));
    }
    Transfer fromLeft = whole.transferFrom(left, q.multiply(q.modInverse(p)));
    Transfer fromRight = whole.transferFrom(right, p.multiply(p.modInverse(q)));
    Residues back = whole.add(fromLeft.apply(inLeft), fromRight.apply(inRight));
    assertThat(whole.toIntegers(back)).isEqualTo(a);
  }

  @Test
  void multiplyInto_places_changesOnlyThem() {
    BigInteger n = odd(2048);
    Modulus modulus = Modulus.of(n);
    BigInteger[] a = numbers(n, 12);
    BigInteger[] b = numbers(n, 5);
    Residues target = modulus.residues(a);
    int[] targetAt = {7, 2, 11, 0, 5};
    int[] factorAt = {0, 0, 4, 1, 2};
    modulus.multiplyInto(target, targetAt, modulus.residues(b), factorAt, 5);
    for (int k = 0; k < 5; k++) {
      a[targetAt[k]] = a[targetAt[k]].multiply(b[factorAt[k]]).mod(n);
    }
    assertThat(modulus.toIntegers(target)).isEqualTo(a);
  }

  @Test
  void fromBytes_numberNotBelowTheModulus_namesItsPlace() {
    BigInteger n = odd(2048);
    Modulus modulus = Modulus.of(n);
    byte[] bytes = new byte[3 * 256];
    FixedWidth.put(n.subtract(BigInteger.ONE), bytes, 0, 256);
    FixedWidth.put(n, bytes, 512, 256);
    assertThat(modulus.firstBeyond(bytes, 0, 2, 256)).isEqualTo(-1);
    assertThatThrownBy(() -> modulus.fromBytes(bytes, 0, 3, 256))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Number 2");
  }

  @Test
  void of_evenOrSmall_isRefused() {
    assertThatThrownBy(() -> Modulus.of(odd(2048).clearBit(0)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Modulus.of(odd(255))).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void kernel_isTheOneThatThisRunIsAbout() {
    boolean vectors = !"false".equals(System.getProperty("heddle.test.vectors"));
    assertThat(Kernel.provider()).isEqualTo(vectors ? "vector" : "plain");
    assertThat(Kernel.lanes()).isEqualTo(Integer.getInteger("heddle.test.lanes", Kernel.lanes()));
  }
}
