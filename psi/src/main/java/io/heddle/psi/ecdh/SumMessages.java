// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ecdh;

import io.heddle.channel.MessageType;
import io.heddle.error.ProtocolException;
import io.heddle.psi.ecdh.SumMessage.CountedValues;
import io.heddle.psi.ecdh.SumMessage.IntersectionSum;
import io.heddle.psi.ecdh.SumMessage.SumKey;
import java.util.List;

/** The message types of adding up values (docs/protocol.md, section 3.10), for the codec. */
public final class SumMessages {
  /** Values in a full message. */
  static final int VALUES = 1 << 11;

  /** Of a key of 4096 bits. */
  private static final int LARGEST_CIPHERTEXT = 1024;

  private static final int LARGEST_KEY = 3 + 512 + 1024;

  /** Ids 37 to 39. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              37,
              SumKey.class,
              "the sender's public key",
              (message, out) -> out.writeBytes(message.publicKey()),
              in -> new SumKey(in.readBytes(LARGEST_KEY))),
          new MessageType<>(
              38,
              CountedValues.class,
              "nothing: Paillier ciphertexts under the sender's key",
              (message, out) -> out.writeBytes(message.ciphertexts()),
              in -> new CountedValues(in.readBytes(VALUES * LARGEST_CIPHERTEXT))),
          new MessageType<>(
              39,
              IntersectionSum.class,
              "the sender: how many ids are common, and the sum of its values of these",
              (message, out) -> {
                out.writeInt(message.common());
                out.writeBytes(message.ciphertext());
              },
              in -> {
                int common = in.readInt();
                if (common < 0) {
                  throw new ProtocolException("Invalid count " + common + ": must be 0 or more");
                }
                return new IntersectionSum(common, in.readBytes(LARGEST_CIPHERTEXT));
              }));

  private SumMessages() {}
}
