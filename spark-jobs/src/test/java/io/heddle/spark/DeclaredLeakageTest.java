// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.heddle.channel.Message;
import io.heddle.channel.MessageType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whatever crosses the wire is declared once in the code and once in docs/protocol.md, alike. */
class DeclaredLeakageTest {
  private static final JavaClasses MAIN =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          // Packaged, the helpers of a module's tests stand in a jar of their own.
          .withImportOption(location -> !location.matches(Pattern.compile(".*-tests\\.jar!?/.*")))
          .importPackages("io.heddle");

  /** First and last id of each protocol, by where its messages stand. */
  private static final Map<String, int[]> RANGES =
      Map.ofEntries(
          Map.entry("io.heddle.session.SessionMessage", new int[] {1, 19}),
          Map.entry("io.heddle.psi.AlignmentMessage", new int[] {20, 39}),
          Map.entry("io.heddle.psi.shared.SharedMessage", new int[] {20, 39}),
          Map.entry("io.heddle.psi.ecdh.EcdhMessage", new int[] {20, 39}),
          Map.entry("io.heddle.psi.ecdh.CardinalityMessage", new int[] {20, 39}),
          Map.entry("io.heddle.psi.ecdh.SumMessage", new int[] {20, 39}),
          Map.entry("io.heddle.psi.join.JoinMessage", new int[] {20, 39}),
          Map.entry("io.heddle.psi.kkrt.KkrtMessage", new int[] {20, 39}),
          Map.entry("io.heddle.train.logistic.LogisticMessage", new int[] {40, 69}),
          Map.entry("io.heddle.train.logistic.ScoringMessage", new int[] {70, 79}),
          Map.entry("io.heddle.doctor.DoctorMessage", new int[] {80, 89}),
          Map.entry("io.heddle.ot.OtMessage", new int[] {90, 99}),
          Map.entry("io.heddle.psi.oprf.OprfMessage", new int[] {100, 109}),
          Map.entry("io.heddle.psi.kkrt.KkrtTaskMessage", new int[] {110, 119}),
          Map.entry("io.heddle.vole.VoleMessage", new int[] {140, 144}),
          Map.entry("io.heddle.psi.rr22.Rr22Message", new int[] {145, 149}),
          Map.entry("io.heddle.train.metric.MetricMessage", new int[] {150, 154}),
          Map.entry("io.heddle.train.trees.TreeMessage", new int[] {120, 133}),
          Map.entry("io.heddle.train.trees.TreesScoringMessage", new int[] {130, 132}));

  private static final Pattern ROW =
      Pattern.compile("\\| (\\d+) \\| `(\\w+)` \\| [^|]+ \\| ([^|]+) \\|");

  /** Every type in a constant TYPES of main code; one that several lists hold counts once. */
  private static Set<MessageType<?>> types() throws IllegalAccessException {
    Set<MessageType<?>> types = new LinkedHashSet<>();
    for (JavaClass owner : MAIN) {
      for (JavaField constant : owner.getFields()) {
        if (constant.getName().equals("TYPES")
            && constant.getModifiers().contains(JavaModifier.STATIC)) {
          for (Object type : (List<?>) constant.reflect().get(null)) {
            types.add((MessageType<?>) type);
          }
        }
      }
    }
    return types;
  }

  private static SortedMap<Integer, MessageType<?>> byId() throws IllegalAccessException {
    SortedMap<Integer, MessageType<?>> byId = new TreeMap<>();
    for (MessageType<?> type : types()) {
      assertThat(byId.put(type.id(), type)).as("another type with id %d", type.id()).isNull();
    }
    return byId;
  }

  @Test
  void messages_allInMainCode_haveExactlyOneType() throws Exception {
    List<String> records =
        MAIN.stream()
            .filter(type -> type.isAssignableTo(Message.class) && !type.isInterface())
            .map(JavaClass::getName)
            .toList();
    assertThat(records).hasSizeGreaterThan(20);

    assertThat(byId().values().stream().map(type -> type.type().getName()).toList())
        .containsExactlyInAnyOrderElementsOf(records);
  }

  @Test
  void types_ids_standInTheRangeOfTheirProtocol() throws Exception {
    for (MessageType<?> type : types()) {
      String protocol = type.type().getName().replaceFirst("\\$.*", "");
      int[] range = Objects.requireNonNull(RANGES.get(protocol), protocol);
      assertThat(type.id()).as(type.type().getName()).isBetween(range[0], range[1]);
    }
  }

  @Test
  void types_all_standInTheDeclaredLeakageTableAlike() throws Exception {
    List<String> declared = new ArrayList<>();
    for (MessageType<?> type : byId().values()) {
      declared.add(type.id() + " " + type.type().getSimpleName() + ": " + type.learns());
    }

    assertThat(documented()).containsExactlyElementsOf(declared);
  }

  /** The rows of section 6. */
  private static List<String> documented() throws IOException {
    String page = Files.readString(Path.of("../docs/protocol.md"));
    int start = page.indexOf("\n## 6. Message types and declared leakage\n");
    assertThat(start).isPositive();
    return page.substring(start + 1, page.indexOf("\n## ", start + 1))
        .lines()
        .filter(line -> line.startsWith("| ") && Character.isDigit(line.charAt(2)))
        .map(
            line -> {
              Matcher row = ROW.matcher(line);
              assertThat(row.matches()).as(line).isTrue();
              return row.group(1) + " " + row.group(2) + ": " + row.group(3);
            })
        .collect(Collectors.toList());
  }
}
