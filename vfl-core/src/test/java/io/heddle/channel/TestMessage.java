// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import java.util.List;

/** Messages of the channel's own tests. */
public sealed interface TestMessage extends Message {
  List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              60_001,
              Text.class,
              "A text of the test",
              (text, writer) -> writer.writeString(text.text()),
              reader -> new Text(reader.readString(1000))),
          new MessageType<>(
              60_002,
              Blob.class,
              "Bytes of the test",
              (blob, writer) -> writer.writeBytes(blob.bytes()),
              reader -> new Blob(reader.readBytes(1 << 30))));

  /** A short one. */
  record Text(String text) implements TestMessage {}

  /** A long one. */
  record Blob(byte[] bytes) implements TestMessage {}
}
