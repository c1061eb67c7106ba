// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Encryption knows numbers only: the JDK below it, nobody above it. */
@AnalyzeClasses(packages = "io.heddle", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule NOTHING_BUT_THE_JDK =
      classes()
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "io.heddle.crypto..",
              "io.heddle.error",
              "java.lang..",
              "java.io",
              "java.math",
              "java.nio..",
              "java.security..",
              "java.util..",
              "javax.crypto..",
              "jdk.incubator.vector",
              "org.jspecify.annotations");

  @ArchTest
  static final ArchRule VECTORS_IN_ONE_PACKAGE =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.heddle.crypto.kernel")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("jdk.incubator.vector");

  @ArchTest
  static final ArchRule NO_PACKAGE_CYCLES =
      slices().matching("io.heddle.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule ERRORS_KNOW_NOBODY =
      noClasses()
          .that()
          .resideInAPackage("io.heddle.error")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.heddle.crypto..");

  @ArchTest
  static final ArchRule NO_WEAK_RANDOMNESS =
      noClasses()
          .should()
          .dependOnClassesThat()
          .belongToAnyOf(java.util.Random.class, java.util.concurrent.ThreadLocalRandom.class)
          .orShould()
          .callMethod(Math.class, "random");

  @ArchTest
  static final ArchRule PRIVATE_KEYS_STAY_IN_THEIR_PROCESS =
      noClasses()
          .that()
          .haveSimpleNameContaining("PrivateKey")
          .or()
          .haveSimpleNameContaining("Randomness")
          .or()
          .haveSimpleNameContaining("PlaintextBlock")
          .should()
          .beAssignableTo(java.io.Serializable.class);
}
