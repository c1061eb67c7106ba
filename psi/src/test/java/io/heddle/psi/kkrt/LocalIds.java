// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.psi.DealtAlignment;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.tasks.IdDealer;
import io.heddle.psi.tasks.IdFacts;
import io.heddle.psi.tasks.IdKernel;
import io.heddle.psi.tasks.IdKey;
import io.heddle.psi.tasks.IdPartitions;
import io.heddle.psi.tasks.IdSum;
import io.heddle.psi.tasks.IdTasks;
import io.heddle.psi.tasks.OwnIds;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * For tests: a party's ids on the threads of this JVM, as a cluster would have them: kernels and
 * arguments are written and read again, and each may run twice.
 */
final class LocalIds implements OwnIds, IdTasks, IdPartitions {
  private final List<String> ids;
  private final boolean twice;

  /** All that would have gone to executors. */
  final Queue<byte[]> shipped = new ConcurrentLinkedQueue<>();

  /** The numbers of partitions, in the order in which they were worked on. */
  final List<String> worked = new ArrayList<>();

  private List<List<byte[]>> dealt = List.of();

  /**
   * @param twice whether each kernel runs a second time, which must give the same
   */
  LocalIds(List<String> ids, boolean twice) {
    this.ids = ids;
    this.twice = twice;
  }

  private List<byte[]> bytes() {
    return ids.stream().map(id -> id.getBytes(UTF_8)).toList();
  }

  @Override
  public List<byte[]> collect() {
    return bytes();
  }

  @Override
  public IdTasks tasks() {
    return this;
  }

  @Override
  public IdFacts facts(IdKey key) {
    // In two parts, as tasks would.
    IdSum all = new IdSum();
    for (int part = 0; part < 2; part++) {
      IdSum sum = new IdSum();
      IdKey.Hasher hasher = copy(key).hasher();
      for (int i = part; i < ids.size(); i += 2) {
        byte[] id = ids.get(i).getBytes(UTF_8);
        sum.add(hasher.hash(id, 0, id.length));
      }
      all.add(sum.toBytes());
    }
    return IdFacts.of(ids.size(), all);
  }

  @Override
  public IdPartitions deal(IdDealer dealer) {
    IdDealer shippedDealer = copy(dealer);
    dealt =
        IntStream.range(0, dealer.partitions())
            .mapToObj(i -> (List<byte[]>) new ArrayList<byte[]>())
            .toList();
    bytes().forEach(id -> dealt.get(shippedDealer.partition(id)).add(id));
    dealt.forEach(partition -> partition.sort(Arrays::compareUnsigned));
    return this;
  }

  @Override
  public <A extends Serializable, R extends Serializable> List<R> run(
      int first, List<A> arguments, IdKernel<A, R> kernel) {
    var threads = Executors.newFixedThreadPool(2);
    try {
      var results =
          IntStream.range(0, arguments.size())
              .mapToObj(i -> threads.submit(() -> one(first + i, arguments.get(i), kernel)))
              .toList();
      List<R> all = new ArrayList<>();
      for (int i = 0; i < results.size(); i++) {
        all.add(results.get(i).get());
        worked.add(arguments.get(i).getClass().getSimpleName() + " " + (first + i));
      }
      return all;
    } catch (java.util.concurrent.ExecutionException e) {
      throw e.getCause() instanceof RuntimeException ours ? ours : new IllegalStateException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      threads.shutdownNow();
    }
  }

  private <A extends Serializable, R extends Serializable> R one(
      int partition, A argument, IdKernel<A, R> kernel) {
    IdList own = IdList.of(dealt.get(partition));
    R result = copy(kernel).apply(own, copy(argument));
    if (twice) {
      assertThat(written(kernel.apply(own, argument))).isEqualTo(written(result));
    }
    return copy(result);
  }

  private <T extends Serializable> T copy(T value) {
    byte[] bytes = written(value);
    shipped.add(bytes);
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      @SuppressWarnings("unchecked")
      T read = (T) in.readObject();
      return read;
    } catch (IOException | ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] written(Serializable value) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return bytes.toByteArray();
  }

  /** Other ids from now on, as of a table that changed. */
  void swap() {
    dealt.forEach(
        partition -> partition.set(0, ("!" + new String(partition.get(0), UTF_8)).getBytes(UTF_8)));
  }

  /** The common ids in the alignment's order, as a table would be put into it. */
  List<String> aligned(DealtAlignment alignment) {
    List<String> all = new ArrayList<>();
    for (int p = 0; p < dealt.size(); p++) {
      List<byte[]> partition = dealt.get(p);
      BitSet common = alignment.common().get(p);
      common.stream()
          .mapToObj(partition::get)
          .sorted(Comparator.comparing(alignment.names()::name, Arrays::compareUnsigned))
          .forEach(id -> all.add(new String(id, UTF_8)));
    }
    return all;
  }
}
