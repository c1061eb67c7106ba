// SPDX-License-Identifier: Apache-2.0
package io.heddle;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.heddle.channel.ExchangeStart;
import java.math.BigInteger;
import java.security.SecureRandom;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;

/** What the parties' module may lean on. */
@AnalyzeClasses(packages = "io.heddle", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule NETTY_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.heddle.channel.netty")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.netty..");

  @ArchTest
  static final ArchRule NO_SPARK_BELOW_SPARK_JOBS =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "org.apache.spark..", "org.apache.hadoop..", "scala..", "io.heddle.spark..");

  @ArchTest
  static final ArchRule NO_PSI_BELOW_PSI =
      noClasses().should().dependOnClassesThat().resideInAPackage("io.heddle.psi..");

  @ArchTest
  static final ArchRule NO_PACKAGE_CYCLES =
      slices().matching("io.heddle.(**)").should().beFreeOfCycles();

  /** So that the exchange, the session and every protocol may use them. */
  @ArchTest
  static final ArchRule CHECKPOINTS_KNOW_NO_PROTOCOL =
      classes()
          .that()
          .resideInAPackage("io.heddle.checkpoint..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.heddle.checkpoint..",
              "io.heddle.crypto",
              "io.heddle.error",
              "io.heddle.identity",
              "java..",
              "javax.crypto..",
              "org.jspecify..");

  @ArchTest
  static final ArchRule NO_WEAK_RANDOMNESS =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(Random.class, ThreadLocalRandom.class, SplittableRandom.class)
          .orShould()
          .callMethod(Math.class, "random");

  /**
   * What goes into messages must be the same when it is made again, so it follows from that. What
   * tells runs of an exchange apart must differ, and files at rest have salts and nonces.
   */
  @ArchTest
  static final ArchRule FRESH_RANDOMNESS_FOR_A_SESSIONS_SECRET_AND_NONCE_ONLY =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.heddle.crypto..")
          .and()
          .doNotHaveFullyQualifiedName("io.heddle.session.SessionSecrets")
          .and()
          .doNotBelongToAnyOf(ExchangeStart.class)
          .and()
          .resideOutsideOfPackage("io.heddle.checkpoint..")
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
    assertThat(
            FRESH_RANDOMNESS_FOR_A_SESSIONS_SECRET_AND_NONCE_ONLY.evaluate(planted).hasViolation())
        .isTrue();
  }

  @ArchTest static final ArchRule NO_FOREIGN_OBJECTS = ForeignObjects.RULE;

  /** It sends decrypted numbers back, and one of them would give such a key away. */
  @ArchTest
  static final ArchRule NO_OKAMOTO_UCHIYAMA_WHERE_DECRYPTIONS_GO_BACK =
      noClasses()
          .that()
          .resideInAPackage("io.heddle.train.logistic..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.heddle.crypto.okamoto..");

  @ArchTest
  static final ArchRule NO_BIG_ARITHMETIC_OUTSIDE_ENCRYPTION =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.heddle.crypto..")
          .should()
          .callMethod(BigInteger.class, "modPow", BigInteger.class, BigInteger.class)
          .orShould()
          .callMethod(BigInteger.class, "multiply", BigInteger.class)
          .orShould()
          .callMethod(BigInteger.class, "modInverse", BigInteger.class);
}
