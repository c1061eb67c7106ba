// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.table.AlignedRows;
import io.heddle.table.PartitionKernel;
import io.heddle.table.PartyTable;
import io.heddle.table.Shared;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * For tests: rows that behave as if they were on executors. What kernels get and give goes through
 * bytes, which are listed.
 */
final class Elsewhere<P extends Serializable> implements AlignedRows<P> {
  private final AlignedRows<P> rows;
  private final List<Crossed> crossed;

  /**
   * What went to executors.
   *
   * @param argument of what class
   */
  record Crossed(Class<?> argument, byte[] bytes) {}

  private Elsewhere(AlignedRows<P> rows, List<Crossed> crossed) {
    this.rows = rows;
    this.crossed = crossed;
  }

  static PartyTable table(PartyTable here, List<Crossed> crossed) {
    return new PartyTable(
        new Elsewhere<>(here.rows(), crossed), here.columnNames(), here.alignmentDigest());
  }

  @SuppressWarnings("unchecked") // what was written
  private static <T> T copy(T object) {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes(object)))) {
      return (T) in.readObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] bytes(Object object) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private <A extends Serializable> A crossing(A argument) {
    crossed.add(new Crossed(argument.getClass(), bytes(argument)));
    return copy(argument);
  }

  private static <P extends Serializable, A extends Serializable, R extends Serializable>
      PartitionKernel<P, A, R> crossing(PartitionKernel<P, A, R> kernel) {
    return (partition, argument) -> copy(kernel.apply(partition, argument));
  }

  @Override
  public int rows() {
    return rows.rows();
  }

  @Override
  public <A extends Serializable, R extends Serializable> List<R> map(
      A argument, PartitionKernel<P, A, R> kernel) {
    return rows.map(crossing(argument), crossing(kernel));
  }

  @Override
  public <A extends Serializable, Q extends Serializable> AlignedRows<Q> derive(
      A argument, PartitionKernel<P, A, Q> kernel) {
    return new Elsewhere<>(rows.derive(crossing(argument), crossing(kernel)), crossed);
  }

  @Override
  public <A extends Serializable> Shared<A> share(A value) {
    return rows.share(crossing(value));
  }

  @Override
  public void close() {
    rows.close();
  }
}
