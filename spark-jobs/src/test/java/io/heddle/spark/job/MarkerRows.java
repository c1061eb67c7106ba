// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.job;

import io.heddle.channel.WireScan;
import io.heddle.party.PartyId;
import io.heddle.psi.table.Ids;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A party's rows in which every id and every number is met nowhere else, so that each can be told
 * wherever it stands. Labels are 0 or 1 and tell nothing one by one: they are looked for in a row,
 * and each row's weight, a number like the features, stands for what else belongs to a label.
 *
 * @param from the first customer; parties' rows of the same customer have the same id and label
 * @param features three a row; 2^24 to 2^26 in magnitude, so that fixed-point forms are telling
 */
record MarkerRows(
    PartyId party,
    int from,
    List<String> ids,
    List<double[]> features,
    List<Double> labels,
    List<Double> weights) {
  static final int COLUMNS = 3;

  /**
   * The binary digits that integers on the wire have after the point: columns, residuals, linear
   * predictors and answers, scalars; and 32, which none has.
   */
  static final int[] FIXED_POINT_BITS = {12, 20, 22, 24, 32, 88};

  static MarkerRows of(PartyId party, int from, int to) {
    MarkerRows rows =
        new MarkerRows(
            party,
            from,
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>());
    for (int customer = from; customer < to; customer++) {
      SplittableRandom common = new SplittableRandom(customer * 7919L + 1);
      rows.ids.add(String.format("customer-%016x", common.nextLong()));
      rows.labels.add(common.nextBoolean() ? 1.0 : 0.0);
      SplittableRandom own = new SplittableRandom(customer * 7919L + party.hashCode());
      double[] x = new double[COLUMNS];
      for (int j = 0; j < x.length; j++) {
        // The first column hangs on the label, for there must be something to learn.
        boolean hangs = j == 0 && own.nextInt(10) < 7;
        boolean up = hangs ? rows.labels.get(customer - from) > 0 : own.nextBoolean();
        x[j] = (up ? 1 : -1) * number(own);
      }
      rows.features.add(x);
      rows.weights.add(number(own));
    }
    return rows;
  }

  private static double number(SplittableRandom random) {
    return Math.scalb(1 + 3 * random.nextDouble(), 24);
  }

  String csv(boolean withLabels) {
    StringBuilder text = new StringBuilder(withLabels ? "id,a,b,c,label,weight\n" : "id,a,b,c\n");
    for (int i = 0; i < ids.size(); i++) {
      text.append(ids.get(i));
      for (double x : features.get(i)) {
        text.append(',').append(x);
      }
      if (withLabels) {
        text.append(',').append(labels.get(i).intValue()).append(',').append(weights.get(i));
      }
      text.append('\n');
    }
    return text.toString();
  }

  Dataset<Row> table(SparkSession spark, boolean withLabels) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      rows.add(
          RowFactory.create(
              ids.get(i), Vectors.dense(features.get(i)), labels.get(i), weights.get(i)));
    }
    Dataset<Row> table =
        spark.createDataFrame(
            rows,
            new StructType()
                .add("id", DataTypes.StringType)
                .add("features", SQLDataTypes.VectorType())
                .add("label", DataTypes.DoubleType)
                .add("weight", DataTypes.DoubleType));
    return withLabels ? table : table.drop("label", "weight");
  }

  /** The labels of some of the rows, which are named by their normalised ids. */
  double[] labelsOf(List<byte[]> keys) {
    Map<ByteBuffer, Double> byKey = new HashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      byKey.put(ByteBuffer.wrap(Ids.encode(ids.get(i))), labels.get(i));
    }
    return keys.stream().mapToDouble(key -> byKey.get(ByteBuffer.wrap(key))).toArray();
  }

  /** Plants ids and features. */
  void plantRows(WireScan scan) {
    for (int i = 0; i < ids.size(); i++) {
      scan.plantId(idMarker(i), ids.get(i));
      scan.plantBytes(idMarker(i) + " behind its length, SHA-256", sha256(Ids.encode(ids.get(i))));
      for (int j = 0; j < COLUMNS; j++) {
        scan.plantDouble(featureMarker(i, j), features.get(i)[j], FIXED_POINT_BITS);
      }
    }
  }

  /** Plants weights, and the labels in the order of the file. */
  void plantLabels(WireScan scan) {
    for (int i = 0; i < ids.size(); i++) {
      scan.plantDouble(weightMarker(i), weights.get(i), FIXED_POINT_BITS);
    }
    scan.plantLabels(
        "labels of " + party, labels.stream().mapToDouble(Double::doubleValue).toArray());
  }

  String idMarker(int row) {
    return "id of customer " + (from + row);
  }

  String featureMarker(int row, int column) {
    return "feature " + row + "/" + column + " of " + party;
  }

  String weightMarker(int row) {
    return "weight " + row + " of " + party;
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
