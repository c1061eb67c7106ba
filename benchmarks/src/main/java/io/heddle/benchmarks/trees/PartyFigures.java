// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one party measured of itself.
 *
 * @param phases from the start of its JVM to the last score, in order
 * @param trees of each tree, or of the first two together where the label holder grows one alone
 * @param acts training by what the role did: its own work before a message, handing it over, and
 *     waiting for one
 * @param actsOfTrees of these what each of {@code trees} took, but for what is done between trees
 * @param addedRows rows of the nodes that were added up
 * @param additions of ciphertexts, for sums by bin
 * @param sums of candidates that have crossed
 * @param peakMemoryMiB of the process, and of that the heap with what the collector had not yet
 *     taken away
 * @param units what operations take in this process by themselves, in each of {@code trees} but the
 *     first; empty if not asked for
 * @param holder what the label holder alone knows
 */
record PartyFigures(
    Map<String, Cost> phases,
    List<Cost> trees,
    Map<String, Cost> acts,
    List<Map<String, Cost>> actsOfTrees,
    List<Crossed> sent,
    long addedRows,
    long additions,
    long sums,
    double peakMemoryMiB,
    double peakHeapMiB,
    List<UnitCosts> units,
    @Nullable Holder holder)
    implements Serializable {

  /** Messages of one kind that this party sent: bytes before TLS. */
  record Crossed(String step, String message, long messages, long bytes) implements Serializable {}

  /**
   * @param encryptions one for so many rows of each shared tree
   * @param auc on the training rows
   * @param leafDifference largest difference of a leaf to training in the clear on the joined
   *     columns, which took so many seconds; null if that was not asked for
   */
  record Holder(
      int trees,
      int sharedTrees,
      int sharedNodes,
      int rowsPerCiphertext,
      long encryptions,
      double lastLoss,
      double auc,
      @Nullable Double leafDifference,
      @Nullable Double plaintextSeconds)
      implements Serializable {

    Map<String, Object> asMap() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("trees", trees);
      map.put("sharedTrees", sharedTrees);
      map.put("sharedNodes", sharedNodes);
      map.put("rowsPerCiphertext", rowsPerCiphertext);
      map.put("encryptions", encryptions);
      map.put("loss", lastLoss);
      map.put("auc", auc);
      if (leafDifference != null && plaintextSeconds != null) {
        map.put("largestLeafDifferenceToPlaintext", leafDifference);
        map.put("plaintextSeconds", plaintextSeconds);
      }
      return map;
    }
  }

  PartyFigures with(Holder more) {
    return new PartyFigures(
        phases,
        trees,
        acts,
        actsOfTrees,
        sent,
        addedRows,
        additions,
        sums,
        peakMemoryMiB,
        peakHeapMiB,
        units,
        more);
  }

  Cost training() {
    return phases.getOrDefault(TreesParty.TRAINING, Cost.NONE);
  }

  long bytes(String step) {
    return sent.stream().filter(each -> each.step().equals(step)).mapToLong(Crossed::bytes).sum();
  }

  Map<String, Object> asMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    phases.forEach((name, cost) -> map.put(name, cost.asMap()));
    map.put("trees", trees.stream().map(Cost::asMap).toList());
    Map<String, Object> parts = new LinkedHashMap<>();
    acts.forEach((name, cost) -> parts.put(name, cost.asMap()));
    map.put("trainingByActs", parts);
    Map<String, Object> messages = new LinkedHashMap<>();
    sent.forEach(each -> messages.put(each.step() + " " + each.message(), each.bytes()));
    map.put("bytesSent", messages);
    map.put("peakMemoryMiB", peakMemoryMiB);
    map.put("peakHeapMiB", peakHeapMiB);
    if (!units.isEmpty()) {
      map.put("microseconds", units.stream().map(UnitCosts::asMap).toList());
    }
    return map;
  }
}
