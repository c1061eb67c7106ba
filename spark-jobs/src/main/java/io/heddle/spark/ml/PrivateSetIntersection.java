// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml;

import io.heddle.spark.session.HeddleSession;
import io.heddle.spark.table.AlignedTable;
import java.util.TreeMap;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the rows that all parties of a session have, and numbers them alike at all, so that later
 * stages find the table aligned ({@link AlignedTable}) and several may use one alignment.
 *
 * <p>{@code transform} is a numbered step of the session: all parties call it, each with its own
 * table, and so do {@code fit} and {@code transform} of a pipeline that it stands in. It runs at
 * once; the result is kept, and using it again sends nothing. All parties learn which of their ids
 * are common to all, and how many ids each has.
 */
public class PrivateSetIntersection extends Transformer implements DefaultParamsWritable {
  /** The kind of the step, for traffic by step. */
  public static final String STEP = "transform-private-set-intersection";

  // No initialiser: the Params ask for it before this class's fields are set.
  private @Nullable String uid;
  private final Param<String> session;
  private final StringArrayParam idCols;

  public PrivateSetIntersection() {
    this(Uid.random("psi"));
  }

  public PrivateSetIntersection(String uid) {
    super();
    this.uid = uid;
    session = LogisticParams.session(this);
    idCols =
        new StringArrayParam(
            this,
            "idCols",
            "columns that together name a row, by which the parties' rows are aligned: text or"
                + " whole numbers, in the same order at all parties");
    setDefault(session, HeddleSession.DEFAULT);
    setDefault(idCols, new String[] {"id"});
  }

  @Override
  public String uid() {
    if (uid == null) {
      throw new AssertionError("The superclass asked for the uid before it was set");
    }
    return uid;
  }

  /** Name of the session the stage works in, {@code default} by default. */
  public Param<String> session() {
    return session;
  }

  /** Columns by which rows are aligned, {@code id} alone by default. */
  public StringArrayParam idCols() {
    return idCols;
  }

  public String getSession() {
    return getOrDefault(session);
  }

  public String[] getIdCols() {
    return getOrDefault(idCols).clone();
  }

  public PrivateSetIntersection setSession(String value) {
    set(session, value);
    return this;
  }

  public PrivateSetIntersection setIdCols(String... values) {
    set(idCols, values.clone());
    return this;
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    HeddleSession open = HeddleSession.named(getSession(), dataset.sparkSession());
    return open.step(
        STEP,
        new TreeMap<>(),
        step -> open.align(step, dataset.toDF(), getIdCols()).table().table().persist());
  }

  @Override
  public StructType transformSchema(StructType schema) {
    if (getIdCols().length == 0) {
      throw new IllegalArgumentException("Invalid idCols []: must name one column or more");
    }
    for (String idCol : getIdCols()) {
      Schemas.checkIds(schema, idCol);
    }
    return schema.add(AlignedTable.indexOf(schema));
  }

  @Override
  public PrivateSetIntersection copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  public static MLReader<PrivateSetIntersection> read() {
    return new DefaultParamsReader<>();
  }

  public static PrivateSetIntersection load(String path) {
    return read().load(path);
  }
}
