// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.channel.TestMessage.Blob;
import io.heddle.channel.TestMessage.Text;
import io.heddle.error.ProtocolException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MessageCodecTest {
  private final MessageCodec codec = new MessageCodec(TestMessage.TYPES);

  private static <M extends Message> MessageType<M> type(int id, Class<M> type) {
    return new MessageType<>(
        id,
        type,
        "Nothing",
        (message, writer) -> {},
        reader -> {
          throw new IllegalArgumentException("a record's own check");
        });
  }

  @Test
  void decode_whatEncodeWrote_equal() {
    Text text = new Text("Grüße");
    assertThat(codec.decode(60_001, codec.encode(text))).isEqualTo(text);
  }

  @Test
  void decode_bytesLeftOver_refused() {
    byte[] body = codec.encode(new Text("x"));
    assertThatThrownBy(() -> codec.decode(60_001, Arrays.copyOf(body, body.length + 1)))
        .isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4})
  void decode_cutShort_refused(int length) {
    byte[] body = codec.encode(new Text("x"));
    assertThatThrownBy(() -> codec.decode(60_001, Arrays.copyOf(body, length)))
        .isInstanceOf(ProtocolException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 1, 60_000, 65_536, Integer.MAX_VALUE})
  void decode_unknownType_refused(int id) {
    assertThatThrownBy(() -> codec.decode(id, new byte[0]))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Unknown message type " + id);
  }

  @Test
  void decode_recordRefusesItsValues_isThePeersFault() {
    MessageCodec strict = new MessageCodec(List.of(type(7, Text.class)));
    assertThatThrownBy(() -> strict.decode(7, new byte[3]))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("Malformed message Text of 3 bytes");
  }

  @Test
  void codec_twoTypesOfOneId_refused() {
    assertThatThrownBy(() -> new MessageCodec(List.of(type(7, Text.class), type(7, Blob.class))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Message types Text and Blob share the id 7");
  }

  @Test
  void codec_oneTypeTwice_refused() {
    assertThatThrownBy(() -> new MessageCodec(List.of(type(7, Text.class), type(8, Text.class))))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void encode_typeNotInTheCodec_isTheCallersFault() {
    MessageCodec narrow = new MessageCodec(List.of(type(7, Text.class)));
    assertThatThrownBy(() -> narrow.encode(new Blob(new byte[1])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Message Blob is not in this codec");
  }
}
