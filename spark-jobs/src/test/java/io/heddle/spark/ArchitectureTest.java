// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.heddle.ForeignObjects;
import io.heddle.spark.cli.IdentityFiles;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(
    packages = "io.heddle",
    importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoTestJars.class})
class ArchitectureTest {
  /** The tests of the modules below lie in archives; some break rules on purpose. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule SPARK_IS_SEEN_ABOVE_ONLY =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.heddle.spark..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "scala..", "io.heddle.spark..");

  @ArchTest
  static final ArchRule NETTY_IS_SEEN_BELOW_ONLY =
      noClasses()
          .that()
          .resideInAPackage("io.heddle.spark..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule NO_GUESSABLE_RANDOMNESS_AND_NO_FOREIGN_OBJECTS =
      noClasses()
          .that()
          .resideInAPackage("io.heddle.spark..")
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.Random")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.ObjectInputStream")
          .orShould()
          .callMethod(Math.class, "random");

  @ArchTest static final ArchRule NO_FOREIGN_OBJECTS = ForeignObjects.RULE;

  /** Keys of a party, and figures of the doctor; all else follows from a session's secret. */
  @ArchTest
  static final ArchRule FRESH_RANDOMNESS_FOR_KEYS_ONLY =
      noClasses()
          .that()
          .resideInAPackage("io.heddle.spark..")
          .and()
          .doNotBelongToAnyOf(IdentityFiles.class)
          .and()
          .doNotHaveFullyQualifiedName("io.heddle.spark.doctor.Workloads")
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(SecureRandom.class);

  /** What the rule above is there to find. */
  static final class Planted {
    int draw() {
      return new SecureRandom().nextInt();
    }
  }

  @Test
  void freshRandomness_plantedUse_isFound() {
    JavaClasses planted = new ClassFileImporter().importClasses(Planted.class);
    assertThat(FRESH_RANDOMNESS_FOR_KEYS_ONLY.evaluate(planted).hasViolation()).isTrue();
  }

  @ArchTest
  static void packages_ofThisModule_haveNoCycle(JavaClasses classes) {
    slices().matching("io.heddle.spark.(*)..").should().beFreeOfCycles().check(classes);
  }
}
