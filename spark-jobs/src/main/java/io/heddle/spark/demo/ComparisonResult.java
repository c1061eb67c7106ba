// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What training in the clear gave.
 *
 * @param reference what was trained on the joined rows to compare the quality with
 * @param aucCentralised on the held-out rows, by the model of the joined columns
 * @param aucLabelHolderAlone on the same rows, by the model of the label holder's columns
 * @param maxCoefficientDifference the largest difference between a party's coefficient and the same
 *     optimiser's in the clear, over all passes; or between what a leaf adds and the same trees' in
 *     the clear
 */
record ComparisonResult(
    String reference,
    double aucCentralised,
    double aucLabelHolderAlone,
    double maxCoefficientDifference) {
  private static final String REFERENCE = "reference";
  private static final String CENTRALISED = "centralised";
  private static final String ALONE = "labelHolderAlone";
  private static final String DIFFERENCE = "maxCoefficientDifference";

  void write(Path file) throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode json = mapper.createObjectNode();
    json.put(REFERENCE, reference);
    json.put(CENTRALISED, aucCentralised);
    json.put(ALONE, aucLabelHolderAlone);
    json.put(DIFFERENCE, maxCoefficientDifference);
    mapper.writeValue(file.toFile(), json);
  }

  static ComparisonResult read(Path file) {
    try {
      JsonNode json = new ObjectMapper().readTree(Files.readAllBytes(file));
      return new ComparisonResult(
          json.path(REFERENCE).asText(),
          json.path(CENTRALISED).asDouble(Double.NaN),
          json.path(ALONE).asDouble(Double.NaN),
          json.path(DIFFERENCE).asDouble(Double.NaN));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file, e);
    }
  }
}
