// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.table;

import io.heddle.crypto.Sha256;
import io.heddle.error.AlignmentException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.MetadataBuilder;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * A party's table with the aligned index of each row in the column {@value #INDEX}. The column's
 * metadata carry the number of rows and the digest of the alignment, so a later stage sees that the
 * table is aligned, and the parties can compare before they use it.
 *
 * @param table the rows, in no particular order
 * @param rows how many there are; indices run from 0 to rows - 1
 * @param digest of the ids in aligned order, equal at all parties; lower-case hex
 */
public record AlignedTable(Dataset<Row> table, int rows, String digest) {
  /** The column that carries the aligned index. */
  public static final String INDEX = "heddle_index";

  private static final Set<DataType> ID_TYPES =
      Set.of(
          DataTypes.StringType,
          DataTypes.ByteType,
          DataTypes.ShortType,
          DataTypes.IntegerType,
          DataTypes.LongType);

  /** The column that {@link #withFolds} adds. */
  public static final String FOLD = "heddle_fold";

  private static final String FOLDS = "heddle.folds";
  private static final String ROWS = "heddle.rows";
  private static final String DIGEST = "heddle.digest";

  /** Says that the index went up from row to row when the table was made. */
  private static final String IN_ORDER = "heddle.in-order";

  /** What a table's schema says of its alignment; null where it is not aligned. */
  public static @Nullable AlignedTable read(Dataset<Row> table) {
    for (StructField field : table.schema().fields()) {
      if (carriesAlignment(field)) {
        return new AlignedTable(
            table,
            Math.toIntExact(field.metadata().getLong(ROWS)),
            field.metadata().getString(DIGEST));
      }
    }
    return null;
  }

  /**
   * As {@link #read}; and where a table with folds has only some of its rows, as that which a
   * {@code CrossValidator} makes, these rows numbered anew. Parties that have other rows get
   * another digest.
   */
  public static @Nullable AlignedTable readFolds(Dataset<Row> table) {
    AlignedTable whole = read(table);
    if (whole == null || !table.schema().apply(INDEX).metadata().contains(FOLDS)) {
      return whole;
    }
    int[] left =
        table.select(INDEX).toJavaRDD().map(row -> row.getInt(0)).collect().stream()
            .mapToInt(Integer::intValue)
            .sorted()
            .toArray();
    return left.length == whole.rows() ? whole : whole.keep(left);
  }

  /**
   * With a fold for each row, for {@code CrossValidator.setFoldCol(AlignedTable.FOLD)} at all
   * parties: rows that are aligned with each other are in the same fold.
   *
   * @param folds how many, at least 2
   * @param seed the same at all parties: others choose other rows, which the next step refuses
   */
  public AlignedTable withFolds(int folds, long seed) {
    if (folds < 2) {
      throw new IllegalArgumentException(
          "Invalid number of folds " + folds + ": must be at least 2");
    }
    if (Arrays.asList(table.columns()).contains(FOLD)) {
      throw new IllegalArgumentException("The table has a column " + FOLD + ": rename or drop it");
    }
    Column fold =
        functions
            .pmod(
                functions.xxhash64(functions.col(INDEX), functions.lit(seed)),
                functions.lit((long) folds))
            .cast(DataTypes.IntegerType);
    Metadata metadata =
        new MetadataBuilder()
            .withMetadata(table.schema().apply(INDEX).metadata())
            .putLong(FOLDS, folds)
            .build();
    // In the index's metadata, for a validator takes the folds away from what it makes.
    return new AlignedTable(
        table.withColumn(FOLD, fold).withMetadata(INDEX, metadata), rows, digest);
  }

  /**
   * Whether rows can be aligned by a column of a type: text and whole numbers. Databases that know
   * no others have these as decimals.
   */
  public static boolean takesAsId(DataType type) {
    return ID_TYPES.contains(type) || (type instanceof DecimalType decimal && decimal.scale() == 0);
  }

  /** Whether a column of a schema is the index of an aligned table. */
  public static boolean carriesAlignment(StructField field) {
    return field.name().equals(INDEX) && field.metadata().contains(DIGEST);
  }

  /**
   * The index that an alignment will add to a table of a schema, for later stages to see that it
   * will be aligned; how many rows and which is not known yet.
   *
   * @throws IllegalArgumentException if the table has a column of its name
   */
  public static StructField indexOf(StructType schema) {
    for (StructField field : schema.fields()) {
      if (carriesAlignment(field)) {
        throw new IllegalArgumentException(
            "The table is aligned already: align the one that it was made from");
      }
    }
    requireNoIndex(schema.fieldNames());
    Metadata metadata = new MetadataBuilder().putLong(ROWS, 0).putString(DIGEST, "").build();
    return new StructField(INDEX, DataTypes.IntegerType, true, metadata);
  }

  /**
   * Gives a table's rows their aligned index and drops the rows that are not aligned.
   *
   * @param ids the table's ids in some order: the values of the id columns, no two rows alike
   * @param alignedRows {@code alignedRows[i]} is the position in {@code ids} of aligned row i
   */
  public static AlignedTable of(
      Dataset<Row> table, String[] idCols, List<Row> ids, int[] alignedRows, byte[] digest) {
    requireNoIndex(table);
    List<Row> index = new ArrayList<>(alignedRows.length);
    StructType schema = new StructType();
    for (String idCol : idCols) {
      schema = schema.add(table.schema().apply(idCol));
    }
    for (int i = 0; i < alignedRows.length; i++) {
      Row id = ids.get(alignedRows[i]);
      Object[] values = new Object[idCols.length + 1];
      for (int j = 0; j < idCols.length; j++) {
        values[j] = id.get(j);
      }
      values[idCols.length] = i;
      index.add(RowFactory.create(values));
    }
    // By id, not by position: Spark may read the input anew, in another order.
    Dataset<Row> joined =
        table.join(
            local(table.sparkSession(), index, schema.add(INDEX, DataTypes.IntegerType)), idCols);
    return tagged(
        joined, table.columns(), alignedRows.length, HexFormat.of().formatHex(digest), false);
  }

  /**
   * Some of the rows, numbered anew in the same order. Every party that keeps the same rows gets
   * the same digest.
   *
   * @param kept aligned indices, ascending
   */
  public AlignedTable keep(int[] kept) {
    MessageDigest hash = Sha256.newDigest();
    hash.update(HexFormat.of().parseHex(digest));
    ByteBuffer indices = ByteBuffer.allocate(4 * kept.length);
    BitSet places = new BitSet(rows);
    for (int i = 0; i < kept.length; i++) {
      if (kept[i] < 0 || kept[i] >= rows || (i > 0 && kept[i] <= kept[i - 1])) {
        throw new IllegalArgumentException("Kept rows must be ascending, 0 to " + (rows - 1));
      }
      indices.putInt(kept[i]);
      places.set(kept[i]);
    }
    hash.update(indices.array());
    String[] columns =
        Arrays.stream(table.columns()).filter(c -> !c.equals(INDEX)).toArray(String[]::new);
    // Where the rows are, without a join: each finds its new number by itself.
    UDF1<Integer, @Nullable Integer> rank = Ranks.of(places)::rank;
    Dataset<Row> numbered =
        table
            .withColumn(
                "heddle_new",
                functions.udf(rank, DataTypes.IntegerType).apply(functions.col(INDEX)))
            .where(functions.col("heddle_new").isNotNull())
            .drop(INDEX)
            .withColumnRenamed("heddle_new", INDEX);
    return tagged(
        numbered,
        columns,
        kept.length,
        HexFormat.of().formatHex(hash.digest()),
        isInOrder(table.schema().apply(INDEX)));
  }

  /**
   * Whether a table was made with its index going up from row to row. It may have changed since.
   */
  static boolean isInOrder(StructField index) {
    return index.metadata().contains(IN_ORDER);
  }

  /**
   * The rows of some columns in aligned order, in this JVM.
   *
   * @throws AlignmentException if the table no longer holds each aligned row once, as after a
   *     filter
   */
  public List<Row> collect(String... columns) {
    List<Row> collected =
        table.select(INDEX, columns).toJavaRDD().collect().stream()
            .sorted((a, b) -> Integer.compare(a.getInt(0), b.getInt(0)))
            .toList();
    if (collected.size() != rows) {
      throw new AlignmentException(
          "The table has "
              + collected.size()
              + " rows, its alignment "
              + rows
              + ": align it anew after changing it");
    }
    for (int i = 0; i < rows; i++) {
      if (collected.get(i).getInt(0) != i) {
        throw new AlignmentException("An aligned index is missing or stands twice in the table");
      }
    }
    return collected;
  }

  /** A table whose column {@link #INDEX} numbers its rows already, as they stand. */
  public static AlignedTable numbered(Dataset<Row> table, int rows, byte[] digest) {
    String[] columns =
        Arrays.stream(table.columns()).filter(c -> !c.equals(INDEX)).toArray(String[]::new);
    return tagged(table, columns, rows, HexFormat.of().formatHex(digest), true);
  }

  /** Refuses a table that has a column of the index's name and no alignment. */
  public static void requireNoIndex(Dataset<Row> table) {
    requireNoIndex(table.columns());
  }

  private static void requireNoIndex(String[] columns) {
    if (Arrays.asList(columns).contains(INDEX)) {
      throw new IllegalArgumentException(
          "The table has a column " + INDEX + " but no alignment: rename or drop the column");
    }
  }

  private static AlignedTable tagged(
      Dataset<Row> joined, String[] columns, int rows, String digest, boolean inOrder) {
    MetadataBuilder metadata = new MetadataBuilder().putLong(ROWS, rows).putString(DIGEST, digest);
    if (inOrder) {
      metadata.putBoolean(IN_ORDER, true);
    }
    List<Column> kept = new ArrayList<>();
    for (String column : columns) {
      kept.add(column(joined, column));
    }
    kept.add(functions.col(INDEX).as(INDEX, metadata.build()));
    return new AlignedTable(joined.select(kept.toArray(Column[]::new)), rows, digest);
  }

  /** A column by its name alone, whatever dots or quotes the name holds. */
  public static Column column(Dataset<Row> table, String name) {
    return table.col("`" + name.replace("`", "``") + "`");
  }

  /** Rows from this JVM, by way of an RDD: a literal relation would put them into query plans. */
  public static Dataset<Row> local(SparkSession spark, List<Row> rows, StructType schema) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    return spark.createDataFrame(context.parallelize(rows), schema);
  }
}
