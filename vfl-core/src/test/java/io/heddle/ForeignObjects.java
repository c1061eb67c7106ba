// SPDX-License-Identifier: Apache-2.0
package io.heddle;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;

/** For tests: whoever sends bytes must not choose which classes are made of them. */
public final class ForeignObjects {
  /** No Java deserialisation, no Kryo, no JSON that names classes. */
  public static final ArchRule RULE =
      noClasses()
          .should()
          .callCodeUnitWhere(
              target(owner(JavaClass.Predicates.assignableTo(ObjectInputStream.class))))
          .orShould()
          .beAssignableTo(ObjectInputStream.class)
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("com.esotericsoftware..", "com.fasterxml.jackson.databind.jsontype..")
          .orShould()
          .dependOnClassesThat()
          .haveFullyQualifiedName("com.fasterxml.jackson.annotation.JsonTypeInfo")
          .orShould()
          .callMethodWhere(
              target(nameMatching("(activate|enable|set)DefaultTyping.*"))
                  .and(
                      target(
                          owner(JavaClass.Predicates.resideInAPackage("com.fasterxml.jackson..")))))
          .because("whoever sends bytes must not choose which classes are made of them");

  private ForeignObjects() {}
}
