// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.doctor.DoctorMessage.Echo;
import io.heddle.doctor.DoctorMessage.Facts;
import io.heddle.doctor.DoctorMessage.Filler;
import io.heddle.session.SessionMessages;
import java.util.List;
import java.util.stream.Stream;

/** How the doctor's messages cross; no job has them in its codec. (docs/protocol.md 6.) */
public final class DoctorMessages {
  /** The largest {@link Filler}: many make a message of any protocol. */
  static final int MAX_FILLER_BYTES = 256 << 10;

  private static final int MAX_VERSION_BYTES = 64;

  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              80,
              Facts.class,
              "the writer's versions of Heddle, Java and Spark, and for how long it wants the links to be silent",
              DoctorMessages::writeFacts,
              DoctorMessages::readFacts),
          new MessageType<>(
              81,
              Echo.class,
              "the writer's clock",
              (echo, writer) -> {
                writer.writeInt(echo.number());
                writer.writeLong(echo.clock());
              },
              reader -> new Echo(reader.readInt(), reader.readLong())),
          new MessageType<>(
              82,
              Filler.class,
              "nothing: zeros",
              (filler, writer) -> {
                writer.writeBytes(filler.zeros());
                writer.writeBoolean(filler.last());
              },
              reader -> new Filler(reader.readBytes(MAX_FILLER_BYTES), reader.readBoolean())));

  private DoctorMessages() {}

  static MessageCodec codec() {
    return new MessageCodec(
        Stream.<MessageType<?>>concat(SessionMessages.TYPES.stream(), TYPES.stream()).toList());
  }

  private static void writeFacts(Facts facts, WireWriter writer) {
    writer.writeString(facts.software().heddle());
    writer.writeString(facts.software().java());
    writer.writeString(facts.software().spark());
    writer.writeInt(facts.idleSeconds());
  }

  private static Facts readFacts(WireReader reader) {
    Software software =
        new Software(
            reader.readString(MAX_VERSION_BYTES),
            reader.readString(MAX_VERSION_BYTES),
            reader.readString(MAX_VERSION_BYTES));
    return new Facts(software, reader.readInt());
  }
}
