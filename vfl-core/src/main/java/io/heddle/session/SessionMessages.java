// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.session.SessionMessage.Finish;
import io.heddle.session.SessionMessage.Hello;
import io.heddle.session.SessionMessage.HelloAck;
import io.heddle.session.SessionMessage.StepStart;
import java.util.List;

/** How a session's own messages cross; part of every codec. (docs/protocol.md 2.) */
public final class SessionMessages {
  static final int VERSION = 2;
  static final int FINISH = 11;
  static final int MAX_KIND_BYTES = 48;

  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              1,
              Hello.class,
              "the writer's terms of the job, its floors and a nonce; all public to the parties",
              SessionMessages::writeHello,
              SessionMessages::readHello),
          new MessageType<>(
              2,
              HelloAck.class,
              "that the writer computed the same session id",
              (ack, writer) -> writer.writeRaw(ack.sessionId()),
              reader -> new HelloAck(reader.readRaw(32))),
          new MessageType<>(
              10,
              StepStart.class,
              "which call the writer makes next, and its public terms",
              SessionMessages::writeStepStart,
              reader ->
                  new StepStart(
                      reader.readInt(),
                      reader.readString(MAX_KIND_BYTES),
                      SessionTerms.readMap(reader))),
          new MessageType<>(
              FINISH,
              Finish.class,
              "that the writer is done, and hashes of what both have seen anyway",
              (finish, writer) -> {
                writer.writeRaw(finish.sent());
                writer.writeRaw(finish.received());
              },
              reader -> new Finish(reader.readRaw(32), reader.readRaw(32))));

  private SessionMessages() {}

  private static void writeHello(Hello hello, WireWriter writer) {
    SessionTerms terms = hello.terms();
    if (terms == null) {
      throw new IllegalArgumentException("A hello needs terms");
    }
    writer.writeInt(hello.version());
    writer.writeRaw(hello.nonce());
    terms.write(writer);
  }

  private static Hello readHello(WireReader reader) {
    int version = reader.readInt();
    byte[] nonce = reader.readRaw(32);
    if (version != VERSION) {
      reader.readRaw(reader.remaining());
      return new Hello(version, nonce, null);
    }
    return new Hello(version, nonce, SessionTerms.read(reader));
  }

  private static void writeStepStart(StepStart start, WireWriter writer) {
    writer.writeInt(start.number());
    writer.writeString(start.kind());
    SessionTerms.writeMap(start.terms(), writer);
  }
}
