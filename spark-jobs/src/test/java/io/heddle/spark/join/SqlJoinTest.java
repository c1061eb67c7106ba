// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.join;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Parties;
import io.heddle.config.JobConfig;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.config.JobConfig.PsiJoin;
import io.heddle.config.JobConfig.PsiResult;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.JoinedRows;
import io.heddle.psi.OwnRows;
import io.heddle.psi.PrivateJoin;
import io.heddle.psi.PsiLimits;
import io.heddle.psi.PsiMessages;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.table.AlignedTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What two parties get who show each other no row, against Spark's join of the plain tables: over
 * many small tables with ids that repeat, all of them in one plan of Spark.
 */
@Tag("spark")
@ExtendWith(SparkExtension.class)
class SqlJoinTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId SHOP = new PartyId("shop");
  private static final PsiLimits ANY = new PsiLimits(0, PsiLimits.LARGEST_SET);
  private static final StructType SCHEMA =
      new StructType()
          .add("case", DataTypes.IntegerType)
          .add("id", DataTypes.StringType)
          .add("row", DataTypes.IntegerType);

  private final SparkSession spark;

  SqlJoinTest(SparkSession spark) {
    this.spark = spark;
  }

  /** Ids of the rows of a few tables; short ones, so that many repeat and some tables are empty. */
  private static List<List<String>> tables(SplittableRandom random, int cases) {
    List<List<String>> tables = new ArrayList<>();
    for (int i = 0; i < cases; i++) {
      int different = 1 + random.nextInt(12);
      int from = random.nextInt(4);
      List<String> ids = new ArrayList<>();
      int rows = random.nextInt(13);
      for (int row = 0; row < rows; row++) {
        ids.add("id " + (from + random.nextInt(different)));
      }
      tables.add(ids);
    }
    return tables;
  }

  private Dataset<Row> plain(List<List<String>> tables) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < tables.size(); i++) {
      for (int row = 0; row < tables.get(i).size(); row++) {
        rows.add(RowFactory.create(i, tables.get(i).get(row), row));
      }
    }
    return AlignedTable.local(spark, rows, SCHEMA);
  }

  /** For each case, what Spark joins: the receiver's row and, if the join has one, the other's. */
  private List<List<String>> joinedBySpark(
      List<List<String>> bank, List<List<String>> shop, PsiJoin join) {
    String type =
        switch (join) {
          case INNER -> "inner";
          case LEFT -> "left_outer";
          case DIFFERENCE -> "left_anti";
        };
    Dataset<Row> left = plain(bank).withColumnRenamed("row", "bank_row");
    Dataset<Row> right = plain(shop).withColumnRenamed("row", "shop_row");
    List<List<String>> joined = new ArrayList<>();
    bank.forEach(ids -> joined.add(new ArrayList<>()));
    for (Row row : left.join(right, new String[] {"case", "id"}, type).toJavaRDD().collect()) {
      int of = row.getInt(row.fieldIndex("case"));
      String rows = String.valueOf(row.getInt(row.fieldIndex("bank_row")));
      if (join != PsiJoin.DIFFERENCE) {
        int at = row.fieldIndex("shop_row");
        rows += " " + (row.isNullAt(at) ? JoinedRows.MISSING : row.getInt(at));
      }
      joined.get(of).add(rows);
    }
    return joined;
  }

  private static List<byte[]> bytes(List<String> ids) {
    return ids.stream().map(id -> id.getBytes(StandardCharsets.UTF_8)).toList();
  }

  private static Parties.Code<List<JoinedRows>> party(
      List<List<String>> tables, JobConfig.Psi terms) {
    return session ->
        tables.stream()
            .map(
                ids ->
                    PrivateJoin.run(
                        session.beginStep("psi", new TreeMap<>()),
                        terms,
                        session.bindingSalt("psi"),
                        session::privateRandomness,
                        OwnRows.of(bytes(ids), terms.duplicates()),
                        ANY,
                        Progress.NONE,
                        null))
            .toList();
  }

  @ParameterizedTest(name = "{0}, {1} cases")
  @CsvSource({"INNER, 1000", "LEFT, 400", "DIFFERENCE, 400"})
  void expand_randomTables_isSparksJoinAndBothAgree(PsiJoin join, int cases) {
    SplittableRandom random = new SplittableRandom(join.name().hashCode());
    List<List<String>> bank = tables(random, cases);
    List<List<String>> shop = tables(random, cases);
    boolean both = join != PsiJoin.DIFFERENCE;
    JobConfig.Psi terms =
        new JobConfig.Psi(
            JobConfig.PsiProtocol.ECDH,
            BANK,
            both ? PsiResult.BOTH : PsiResult.RECEIVER,
            join,
            PsiDuplicates.EXPAND,
            List.of(),
            1);

    List<List<JoinedRows>> joined =
        Parties.run(PsiMessages.TYPES, BANK, party(bank, terms), SHOP, party(shop, terms));

    List<List<String>> expected = joinedBySpark(bank, shop, join);
    Set<String> digests = new HashSet<>();
    int rows = 0;
    for (int i = 0; i < cases; i++) {
      JoinedRows ofBank = joined.get(0).get(i);
      JoinedRows ofShop = joined.get(1).get(i);
      assertThat(
              IntStream.range(0, ofBank.rows().length)
                  .mapToObj(row -> ofBank.rows()[row] + (both ? " " + ofShop.rows()[row] : "")))
          .as("case " + i)
          .containsExactlyInAnyOrderElementsOf(expected.get(i));
      rows += ofBank.rows().length;
      if (both) {
        assertThat(ofShop.rows()).hasSameSizeAs(ofBank.rows());
        assertThat(ofShop.common()).isEqualTo(ofBank.common());
        assertThat(ofShop.digest()).hasSize(32).isEqualTo(ofBank.digest());
        digests.add(Arrays.toString(ofBank.digest()));
      } else {
        assertThat(ofShop.rows()).isEmpty();
      }
    }
    assertThat(rows).isGreaterThan(cases);
    assertThat(digests).hasSize(both ? cases : 0);
  }
}
