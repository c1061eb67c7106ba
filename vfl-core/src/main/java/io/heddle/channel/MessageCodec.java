// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.ProtocolException;
import io.heddle.error.VflException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Turns messages into bytes and back: all that either channel ever sends goes through here.
 * Immutable.
 */
public final class MessageCodec {
  private final SortedMap<Integer, MessageType<?>> byId = new TreeMap<>();
  private final Map<Class<?>, MessageType<?>> byClass = new HashMap<>();

  /**
   * @param types every type that this party understands
   * @throws IllegalArgumentException if two types share an id or a record
   */
  public MessageCodec(Collection<? extends MessageType<?>> types) {
    for (MessageType<?> type : types) {
      MessageType<?> other = byId.putIfAbsent(type.id(), type);
      if (other != null) {
        throw new IllegalArgumentException(
            "Message types "
                + other.type().getSimpleName()
                + " and "
                + type.type().getSimpleName()
                + " share the id "
                + type.id());
      }
      if (byClass.putIfAbsent(type.type(), type) != null) {
        throw new IllegalArgumentException(
            "Message type " + type.type().getSimpleName() + " is listed twice");
      }
    }
  }

  /** The types in order of their ids. */
  public List<MessageType<?>> types() {
    return List.copyOf(byId.values());
  }

  /**
   * The type with this id.
   *
   * @throws ProtocolException if there is none
   */
  public MessageType<?> type(int id) {
    MessageType<?> type = byId.get(id);
    if (type == null) {
      throw new ProtocolException("Unknown message type " + id);
    }
    return type;
  }

  /**
   * The type of this record.
   *
   * @throws IllegalArgumentException if it is not in this codec
   */
  public MessageType<?> type(Class<? extends Message> record) {
    MessageType<?> type = byClass.get(record);
    if (type == null) {
      throw new IllegalArgumentException(
          "Message " + record.getSimpleName() + " is not in this codec");
    }
    return type;
  }

  /** The body bytes of a message. */
  public byte[] encode(Message message) {
    return encode(type(message.getClass()), message);
  }

  private static <M extends Message> byte[] encode(MessageType<M> type, Message message) {
    WireWriter writer = new WireWriter();
    type.write().accept(type.type().cast(message), writer);
    return writer.toByteArray();
  }

  /**
   * The message that has this body.
   *
   * @throws ProtocolException if the type is unknown or the body is not one that the type writes
   */
  public Message decode(int typeId, byte[] body) {
    MessageType<?> type = type(typeId);
    try {
      WireReader reader = new WireReader(body);
      Message message = type.read().apply(reader);
      reader.end();
      return message;
    } catch (VflException e) {
      throw e;
    } catch (RuntimeException e) {
      // A record's own checks speak of a caller; here the caller is the peer.
      throw new ProtocolException(
          "Malformed message " + type.type().getSimpleName() + " of " + body.length + " bytes", e);
    }
  }
}
