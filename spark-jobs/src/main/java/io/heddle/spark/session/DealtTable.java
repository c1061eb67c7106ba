// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.psi.DealtAlignment;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.tasks.IdDealer;
import io.heddle.psi.tasks.IdKernel;
import io.heddle.psi.tasks.IdPartitions;
import io.heddle.spark.table.SparkFailures;
import java.io.ByteArrayOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;

/**
 * A table whose rows Spark has dealt out by their ids, in one shuffle; within a partition they
 * stand in the order of the ids, and where one repeats, by their values. Whatever works on a
 * partition finds the same rows in the same order, also when an executor that had them is gone.
 */
final class DealtTable implements IdPartitions {
  private final Dataset<Row> table;
  private final JavaRDD<Row> rows;
  private final StructType schema;

  /**
   * @param rows of the table, with the id behind
   */
  private DealtTable(Dataset<Row> table, JavaRDD<Row> rows, StructType schema) {
    this.table = table;
    this.rows = rows;
    this.schema = schema;
  }

  static DealtTable of(
      Dataset<Row> table, IdColumns columns, PsiDuplicates duplicates, IdDealer dealer) {
    String id = "heddle_id";
    while (List.of(table.columns()).contains(id)) {
      id += "_";
    }
    UDF1<Row, byte[]> idOf = columns::id;
    UDF1<byte[], Integer> partitionOf = dealer::partition;
    List<Column> order = new ArrayList<>();
    order.add(functions.col(id));
    if (duplicates != PsiDuplicates.REFUSE) {
      order.addAll(List.of(columns.select(table)));
      order.addAll(FirstRows.order(table));
    }
    Dataset<Row> dealt =
        table
            .withColumn(
                id,
                functions
                    .udf(idOf, DataTypes.BinaryType)
                    .apply(functions.struct(columns.select(table))))
            .repartitionById(
                dealer.partitions(),
                functions.udf(partitionOf, DataTypes.IntegerType).apply(functions.col(id)))
            .sortWithinPartitions(order.toArray(Column[]::new));
    JavaRDD<Row> rows = SparkFailures.naming(dealt::toJavaRDD);
    if (rows.getNumPartitions() != dealer.partitions()) {
      throw new AssertionError("Spark has dealt out into " + rows.getNumPartitions());
    }
    return new DealtTable(table, rows, dealt.schema());
  }

  @Override
  public <A extends Serializable, R extends Serializable> List<R> run(
      int first, List<A> arguments, IdKernel<A, R> kernel) {
    List<Object> partitions =
        IntStream.range(first, first + arguments.size()).<Object>mapToObj(i -> i).toList();
    return SparkFailures.naming(
        () -> {
          Object results =
              rows.context()
                  .runJob(
                      rows.rdd(),
                      new OnIds<>(first, arguments, kernel),
                      CollectionConverters.asScala(partitions).toSeq(),
                      ClassTag$.MODULE$.apply(Object.class));
          List<R> all = new ArrayList<>();
          for (Object each : (Object[]) results) {
            @SuppressWarnings("unchecked") // what the kernel gave
            R result = (R) each;
            all.add(result);
          }
          return all;
        });
  }

  /** What tasks do: a kernel on the ids of one partition. */
  private static final class OnIds<A extends Serializable, R extends Serializable>
      extends AbstractFunction2<TaskContext, Iterator<Row>, Object> implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int first;
    private final ArrayList<A> arguments;
    private final IdKernel<A, R> kernel;

    OnIds(int first, List<A> arguments, IdKernel<A, R> kernel) {
      this.first = first;
      this.arguments = new ArrayList<>(arguments);
      this.kernel = kernel;
    }

    @Override
    public Object apply(TaskContext task, Iterator<Row> rows) {
      return kernel.apply(ids(rows), arguments.get(task.partitionId() - first));
    }
  }

  /** Each id once; those that repeat are neighbours. */
  private static IdList ids(Iterator<Row> rows) {
    ByteArrayOutputStream flat = new ByteArrayOutputStream();
    int[] ends = new int[1024];
    int size = 0;
    byte[] before = null;
    while (rows.hasNext()) {
      byte[] id = id(rows.next());
      if (!Arrays.equals(before, id)) {
        flat.writeBytes(id);
        if (size == ends.length) {
          ends = Arrays.copyOf(ends, size * 2);
        }
        ends[size++] = flat.size();
        before = id;
      }
    }
    return new IdList(flat.toByteArray(), ends, size);
  }

  static byte[] id(Row row) {
    return (byte[]) row.get(row.size() - 1);
  }

  /** The common rows. */
  DealtRows common(DealtAlignment alignment) {
    return DealtRows.of(table, rows, schema, alignment);
  }
}
