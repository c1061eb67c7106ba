// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.Test;

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

  /** Whoever calls says where randomness comes from. */
  @ArchTest
  static final ArchRule NO_RANDOMNESS_OF_ITS_OWN =
      noClasses()
          .should()
          .callConstructor(SecureRandom.class)
          .orShould()
          .callMethod(SecureRandom.class, "getInstance", String.class)
          .orShould()
          .callMethod(SecureRandom.class, "getInstanceStrong");

  /** What the rule above is there to find. */
  static final class Planted {
    int draw() {
      return new SecureRandom().nextInt();
    }
  }

  @Test
  void ownRandomness_planted_isFound() {
    JavaClasses planted = new ClassFileImporter().importClasses(Planted.class);
    assertThat(NO_RANDOMNESS_OF_ITS_OWN.evaluate(planted).hasViolation()).isTrue();
  }

  /** The rule of the parties' module; what is not of the JDK is refused above. */
  @ArchTest
  static final ArchRule NO_JAVA_DESERIALISATION =
      noClasses()
          .should()
          .callCodeUnitWhere(
              target(owner(JavaClass.Predicates.assignableTo(ObjectInputStream.class))))
          .orShould()
          .beAssignableTo(ObjectInputStream.class);

  /** What the rule above is there to find. */
  static final class PlantedReading {
    Object read(InputStream in) throws IOException, ClassNotFoundException {
      return new ObjectInputStream(in).readObject();
    }
  }

  /** What it is there to find as well. */
  static final class PlantedDefault {
    void read(ObjectInputStream in) throws IOException, ClassNotFoundException {
      in.defaultReadObject();
    }
  }

  @Test
  void deserialisation_planted_isFound() {
    for (Class<?> each : List.of(PlantedReading.class, PlantedDefault.class)) {
      JavaClasses planted = new ClassFileImporter().importClasses(each);
      assertThat(NO_JAVA_DESERIALISATION.evaluate(planted).hasViolation()).isTrue();
    }
  }

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
