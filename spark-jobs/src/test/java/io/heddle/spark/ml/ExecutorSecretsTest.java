// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Parties;
import io.heddle.crypto.paillier.PaillierPrivateKey;
import io.heddle.party.PredictorConsent;
import io.heddle.progress.Progress;
import io.heddle.session.Session;
import io.heddle.spark.SparkExtension;
import io.heddle.spark.TwoParties;
import io.heddle.spark.table.SparkAlignedRows;
import io.heddle.table.AlignedRows;
import io.heddle.table.ColumnBlock;
import io.heddle.table.PartitionKernel;
import io.heddle.table.PartyTable;
import io.heddle.table.Shared;
import io.heddle.train.logistic.LogisticFeatureHolder;
import io.heddle.train.logistic.LogisticFit;
import io.heddle.train.logistic.LogisticLabelHolder;
import io.heddle.train.logistic.LogisticMessages;
import io.heddle.train.logistic.LogisticTerms;
import io.heddle.train.logistic.PassListener;
import io.heddle.train.logistic.PrivacyRules;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import scala.Tuple2;

/**
 * A whole fit on Spark's executors, with every kernel, argument and result that crosses between
 * driver and executors kept as bytes, and searched for everything secret.
 */
@Tag("spark")
@ExtendWith(SparkExtension.class)
class ExecutorSecretsTest {
  private static final int ROWS = 400;
  private static final int LEAST_SECRET_BYTES = 16;
  private static final int LABELS_IN_A_ROW = 96;

  private final SparkSession spark;
  private final List<byte[]> crossed = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, byte[]> secrets = new ConcurrentHashMap<>();

  ExecutorSecretsTest(SparkSession spark) {
    this.spark = spark;
  }

  @Test
  void fit_onExecutors_showsThemNothingSecret() throws Exception {
    PaillierPrivateKey key = PaillierPrivateKey.generate(2048, new SecureRandom());
    byte[] seed = new byte[32];
    new SecureRandom().nextBytes(seed);
    secrets.put("rounding seed", seed);
    byte[] publicBytes = key.publicKey().toBytes();
    collect("key", key, publicBytes, Collections.newSetFromMap(new IdentityHashMap<>()));
    assertThat(secrets).as("parts of the private key").hasSizeGreaterThan(4);
    LogisticTerms terms = LogisticTerms.builder().maxIter(2).build();
    PrivacyRules rules = new PrivacyRules(50, PredictorConsent.FULL);
    double[] labels =
        TwoParties.bankTable(spark, 0, ROWS).collectAsList().stream()
            .mapToDouble(row -> row.getDouble(2))
            .toArray();

    List<LogisticFit> fits =
        Parties.run(
            LogisticMessages.TYPES,
            TwoParties.BANK,
            session -> {
              secrets.put("secret of the bank", secretOf(session));
              try (AlignedRows<ColumnBlock> rows = recorded(0)) {
                return new LogisticLabelHolder(terms, rules, key, session::privateRandomness, seed)
                    .fit(
                        session.beginStep("fit", terms.asTerms()),
                        table(rows),
                        labels,
                        null,
                        PassListener.NONE,
                        Progress.NONE);
              }
            },
            TwoParties.RETAILER,
            session -> {
              secrets.put("secret of the retailer", secretOf(session));
              try (AlignedRows<ColumnBlock> rows = recorded(3)) {
                return new LogisticFeatureHolder(terms, rules, session::privateRandomness)
                    .fit(
                        session.beginStep("fit", terms.asTerms()),
                        TwoParties.BANK,
                        table(rows),
                        0,
                        PassListener.NONE,
                        Progress.NONE);
              }
            });

    assertThat(fits.get(0).summary().passes()).isPositive();
    assertThat(crossed).hasSizeGreaterThan(10);
    for (Tuple2<String, String> setting : spark.sparkContext().getConf().getAll()) {
      crossed.add(setting._2().getBytes(StandardCharsets.UTF_8));
    }
    assertThat(found()).isEmpty();
    assertThat(crossed).noneMatch(bytes -> showsLabels(bytes, labels));

    // Residuals in any form give the labels by their sign, and would have been found.
    double[] residuals = Arrays.stream(labels).map(y -> 0.3 - y).toArray();
    for (Serializable planted :
        List.<Serializable>of(
            residuals,
            Arrays.stream(residuals).mapToLong(r -> (long) (r * (1 << 20))).toArray(),
            Arrays.stream(residuals).mapToInt(r -> (int) (r * -(1 << 20))).toArray(),
            Arrays.copyOfRange(residuals, ROWS / 2, ROWS),
            labels)) {
      assertThat(showsLabels(serialised(planted), labels)).isTrue();
    }

    // The search would have found each of them, raw or as text.
    for (Map.Entry<String, byte[]> secret : secrets.entrySet()) {
      crossed.clear();
      crossed.add(serialised(new Planted(secret.getValue())));
      assertThat(found()).contains(secret.getKey());
      crossed.clear();
      crossed.add(
          ("x" + HexFormat.of().formatHex(secret.getValue())).getBytes(StandardCharsets.UTF_8));
      assertThat(found()).contains(secret.getKey());
    }
    // And the public key does cross, in this very form.
    assertThat(key).isNotInstanceOf(Serializable.class);
  }

  private record Planted(byte[] secret) implements Serializable {}

  private PartyTable table(AlignedRows<ColumnBlock> rows) {
    return new PartyTable(rows, List.of("a", "b", "c"), new byte[32]);
  }

  private AlignedRows<ColumnBlock> recorded(int firstFeature) {
    List<Row> rows =
        IntStream.range(0, ROWS)
            .mapToObj(
                i ->
                    RowFactory.create(
                        i,
                        Vectors.dense(
                            Arrays.copyOfRange(
                                TwoParties.features(i), firstFeature, firstFeature + 3))))
            .toList();
    return new Recorded<>(
        SparkAlignedRows.of(
            spark.createDataFrame(
                rows,
                new StructType()
                    .add("index", DataTypes.IntegerType)
                    .add("features", SQLDataTypes.VectorType())),
            ROWS,
            2));
  }

  private final class Recorded<P extends Serializable> implements AlignedRows<P> {
    private final AlignedRows<P> rows;

    Recorded(AlignedRows<P> rows) {
      this.rows = rows;
    }

    @Override
    public int rows() {
      return rows.rows();
    }

    @Override
    public <A extends Serializable, R extends Serializable> List<R> map(
        A argument, PartitionKernel<P, A, R> kernel) {
      crossed.add(serialised(kernel));
      crossed.add(serialised(argument));
      List<R> results = rows.map(argument, kernel);
      crossed.add(serialised(new ArrayList<>(results)));
      return results;
    }

    @Override
    public <A extends Serializable, Q extends Serializable> AlignedRows<Q> derive(
        A argument, PartitionKernel<P, A, Q> kernel) {
      crossed.add(serialised(kernel));
      crossed.add(serialised(argument));
      return new Recorded<>(rows.derive(argument, kernel));
    }

    @Override
    public <A extends Serializable> Shared<A> share(A value) {
      crossed.add(serialised(value));
      return rows.share(value);
    }

    @Override
    public void close() {
      rows.close();
    }
  }

  /**
   * Whether some bit at equal distances equals the label, or its opposite, of the first rows of a
   * partition: as the sign of a residual does, however it is written.
   */
  private static boolean showsLabels(byte[] bytes, double[] labels) {
    for (int firstRow : new int[] {0, ROWS / 2}) {
      for (int stride : new int[] {1, 2, 4, 8, 16}) {
        for (int from = 0; from + (LABELS_IN_A_ROW - 1) * stride < bytes.length; from++) {
          // Bits that have been equal to the label all along, and bits that have been opposite.
          int equal = 0xff;
          int opposite = 0xff;
          for (int i = 0; i < LABELS_IN_A_ROW && (equal | opposite) != 0; i++) {
            int differing = bytes[from + i * stride] ^ (labels[firstRow + i] == 1 ? 0xff : 0);
            equal &= ~differing;
            opposite &= differing;
          }
          if ((equal | opposite) != 0) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private static byte[] serialised(Object object) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(object);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The names of the secrets that stand in something that crossed, raw, in hex or base64. */
  private List<String> found() {
    List<String> names = new ArrayList<>();
    secrets.forEach(
        (name, secret) -> {
          byte[] piece = Arrays.copyOf(secret, LEAST_SECRET_BYTES);
          List<byte[]> forms =
              List.of(
                  piece,
                  HexFormat.of().formatHex(piece).getBytes(StandardCharsets.UTF_8),
                  Base64.getEncoder()
                      .withoutPadding()
                      .encodeToString(Arrays.copyOf(piece, 15))
                      .getBytes(StandardCharsets.UTF_8));
          if (crossed.stream().anyMatch(bytes -> forms.stream().anyMatch(f -> holds(bytes, f)))) {
            names.add(name);
          }
        });
    return names;
  }

  private static boolean holds(byte[] bytes, byte[] piece) {
    // As ISO 8859-1 every byte is one character.
    return new String(bytes, StandardCharsets.ISO_8859_1)
        .contains(new String(piece, StandardCharsets.ISO_8859_1));
  }

  private static byte[] secretOf(Session session) throws ReflectiveOperationException {
    Field field = Session.class.getDeclaredField("secrets");
    field.setAccessible(true);
    Object secrets = field.get(session);
    Field secret = secrets.getClass().getDeclaredField("secret");
    secret.setAccessible(true);
    return ((byte[]) secret.get(secrets)).clone();
  }

  /** Every large number within an object of ours that the public key does not show. */
  private void collect(String path, Object object, byte[] publicBytes, Set<Object> seen)
      throws ReflectiveOperationException {
    if (!seen.add(object)) {
      return;
    }
    if (object instanceof BigInteger number) {
      byte[] bytes = magnitude(number);
      if (bytes.length > LEAST_SECRET_BYTES
          && !holds(publicBytes, Arrays.copyOf(bytes, LEAST_SECRET_BYTES))
          && !isPublic(number, publicBytes)) {
        secrets.put(path, bytes);
      }
      return;
    }
    if (object instanceof Object[] array) {
      for (int i = 0; i < array.length; i++) {
        if (array[i] != null) {
          collect(path + "[" + i + "]", array[i], publicBytes, seen);
        }
      }
      return;
    }
    if (!object.getClass().getName().startsWith("io.heddle.")
        || object.getClass().getSimpleName().equals("PaillierPublicKey")) {
      return;
    }
    for (Field field : object.getClass().getDeclaredFields()) {
      if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
        field.setAccessible(true);
        Object value = field.get(object);
        if (value != null) {
          collect(path + "." + field.getName(), value, publicBytes, seen);
        }
      }
    }
  }

  /** The square of the modulus is no secret either. */
  private static boolean isPublic(BigInteger number, byte[] publicBytes) {
    BigInteger root = number.sqrt();
    return root.multiply(root).equals(number)
        && holds(publicBytes, Arrays.copyOf(magnitude(root), LEAST_SECRET_BYTES));
  }

  private static byte[] magnitude(BigInteger number) {
    byte[] bytes = number.abs().toByteArray();
    return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
  }
}
