// SPDX-License-Identifier: Apache-2.0
package io.heddle;

import static org.assertj.core.api.Assertions.assertThat;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InvalidObjectException;
import java.io.ObjectInputStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rule finds what it is there to find, and nothing else. */
class ForeignObjectsTest {
  static final class ReadsObjects {
    Object read(InputStream in) throws IOException, ClassNotFoundException {
      return new ObjectInputStream(in).readObject();
    }
  }

  static final class ReadsUnshared {
    Object read(ObjectInputStream in) throws IOException, ClassNotFoundException {
      return in.readUnshared();
    }
  }

  static final class OwnObjectStream extends ObjectInputStream {
    OwnObjectStream(InputStream in) throws IOException {
      super(in);
    }
  }

  static final class ReadsKryo {
    Object read(byte[] bytes) {
      return new Kryo().readClassAndObject(new Input(bytes));
    }
  }

  static final class OldDefaultTyping {
    @SuppressWarnings("deprecation") // what others may still write
    ObjectMapper mapper() {
      return new ObjectMapper().enableDefaultTyping();
    }
  }

  static final class NewDefaultTyping {
    ObjectMapper mapper() {
      return JsonMapper.builder()
          .activateDefaultTyping(
              BasicPolymorphicTypeValidator.builder().allowIfBaseType(Object.class).build())
          .build();
    }
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
  static final class NamesItsClass {}

  static final class NamesAFieldsClass {
    @JsonTypeInfo(use = JsonTypeInfo.Id.MINIMAL_CLASS)
    Object field = "";
  }

  static final class PlainJson {
    String read(byte[] bytes) throws IOException {
      return new ObjectMapper().readTree(bytes).path("name").asText();
    }
  }

  static final class RefusesToBeRead {
    @SuppressWarnings("DoNotCallSuggester") // the signature is the point
    void readObject(ObjectInputStream in) throws InvalidObjectException {
      throw new InvalidObjectException("From its bytes only");
    }
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        ReadsObjects.class,
        ReadsUnshared.class,
        OwnObjectStream.class,
        ReadsKryo.class,
        OldDefaultTyping.class,
        NewDefaultTyping.class,
        NamesItsClass.class,
        NamesAFieldsClass.class
      })
  void rule_plantedUse_isFound(Class<?> planted) {
    assertThat(hasViolation(planted)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(classes = {PlainJson.class, RefusesToBeRead.class})
  void rule_harmlessUse_passes(Class<?> harmless) {
    assertThat(hasViolation(harmless)).isFalse();
  }

  private static boolean hasViolation(Class<?> planted) {
    return ForeignObjects.RULE
        .evaluate(new ClassFileImporter().importClasses(planted))
        .hasViolation();
  }
}
