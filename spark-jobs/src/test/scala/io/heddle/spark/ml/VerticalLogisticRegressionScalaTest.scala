// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.ml

import io.heddle.spark.session.HeddleSession
import io.heddle.spark.{SparkExtension, TwoParties}
import org.apache.spark.ml.linalg.Vector
import org.apache.spark.sql.functions.col
import org.scalatest.funsuite.AnyFunSuite

import java.nio.file.Files
import java.util.function.{Function => JFunction}
import scala.jdk.CollectionConverters._

/** The Estimator as a Scala user calls it. */
class VerticalLogisticRegressionScalaTest extends AnyFunSuite {
  private val spark = SparkExtension.spark()

  test("setters chain and params read back") {
    val estimator = new VerticalLogisticRegression()
      .setFeaturesCol("x")
      .setRegParam(0.1)
      .setMaxIter(7)
      .setSession("bank")
    assert(estimator.getRegParam == 0.1)
    assert(estimator.getMaxIter == 7)
    assert(estimator.getFeaturesCol == "x")
    assert(estimator.explainParams().contains("idCol: column by which the parties' rows are aligned"))
  }

  test("two parties fit and transform; the label holder gets probabilities") {
    val party: JFunction[HeddleSession, Array[Double]] = session => {
      val estimator = new VerticalLogisticRegression().setSession(session.self().name)
      val table =
        if (session.holdsLabels()) TwoParties.bankTable(spark, 0, 1000)
        else TwoParties.retailerTable(spark, 0, 1000)
      val model = (if (session.holdsLabels()) estimator.setLabelCol("label") else estimator).fit(table)
      val scored = model.transform(table)
      session.finish()
      if (session.holdsLabels())
        scored.select(col("probability")).collect().map(_.getAs[Vector](0)(1))
      else {
        assert(scored.columns.sameElements(table.columns))
        Array.empty[Double]
      }
    }
    val results = TwoParties
      .run(Files.createTempDirectory("heddle"), Seq("privacy.consent.predictor=full").asJava, party, party)
      .asScala
    assert(results.head.length == 1000)
    assert(results.head.forall(p => p > 0 && p < 1))
    assert(results.head.max - results.head.min > 0.5)
  }
}
