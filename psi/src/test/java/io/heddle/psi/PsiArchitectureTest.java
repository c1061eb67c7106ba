// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.heddle.crypto.curve25519.Curve25519;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

@AnalyzeClasses(packages = "io.heddle.psi", importOptions = DoNotIncludeTests.class)
class PsiArchitectureTest {
  @ArchTest
  static final ArchRule noSparkAndNoSockets =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "io.heddle.spark..", "io.netty..");

  @ArchTest
  static final ArchRule noTraining =
      noClasses().should().dependOnClassesThat().resideInAnyPackage("io.heddle.train..");

  @ArchTest
  static final ArchRule noPackageCycles =
      slices().matching("io.heddle.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule protocolsDoNotKnowTheirDoor =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.heddle.psi.ecdh",
              "io.heddle.psi.kkrt",
              "io.heddle.psi.oprf",
              "io.heddle.psi.rr22",
              "io.heddle.psi.shared",
              "io.heddle.psi.tasks")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.heddle.psi");

  @ArchTest
  static final ArchRule noPredictableRandomnessAndNoSerialisation =
      noClasses()
          .should()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.Random")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.util.concurrent.ThreadLocalRandom")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("java.io.ObjectInputStream");

  /** Scalars and orders must come out the same when a step is repeated. */
  @ArchTest
  static final ArchRule NO_FRESH_RANDOMNESS =
      noClasses().should().dependOnClassesThat().belongToAnyOf(SecureRandom.class);

  /** What the rule above is there to find. */
  static final class Planted {
    byte[] draw() {
      return Curve25519.newScalar(new SecureRandom());
    }
  }

  @Test
  void freshRandomness_plantedUse_isFound() {
    JavaClasses planted = new ClassFileImporter().importClasses(Planted.class);
    assertThat(NO_FRESH_RANDOMNESS.evaluate(planted).hasViolation()).isTrue();
  }
}
