// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.MessageType;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.error.ProtocolException;
import io.heddle.psi.kkrt.KkrtTaskMessage.NameBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.OfPartition;
import io.heddle.psi.kkrt.KkrtTaskMessage.RowBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.TagBlobs;
import io.heddle.psi.kkrt.KkrtTaskMessage.TaskOffer;
import java.util.List;

/** The message types of runs in tasks (docs/protocol.md, section 3.9), for the codec. */
public final class KkrtTaskMessages {
  private static final int DIGEST_BYTES = 32;
  private static final int MOST_BLOBS = 1 << 12;

  /** All of them. Ids 110 to 113. */
  public static final List<MessageType<?>> TYPES =
      List.of(
          new MessageType<>(
              110,
              TaskOffer.class,
              "whether another party would intersect in tasks",
              (message, out) -> out.writeBoolean(message.tasks()),
              in -> new TaskOffer(in.readBoolean())),
          new MessageType<>(
              111,
              RowBlobs.class,
              "nothing: the names of codes of the receiver's items under masks of which the reader"
                  + " has half, which go beside the link",
              KkrtTaskMessages::write,
              in -> read(in, RowBlobs::new)),
          new MessageType<>(
              112,
              TagBlobs.class,
              "the receiver: which of its ids are common, by tags that go beside the link",
              KkrtTaskMessages::write,
              in -> read(in, TagBlobs::new)),
          new MessageType<>(
              113,
              NameBlobs.class,
              "the sender: which of its ids are common, by names that go beside the link",
              KkrtTaskMessages::write,
              in -> read(in, NameBlobs::new)));

  private KkrtTaskMessages() {}

  private interface Maker<M> {
    M make(int partition, long bytesBeside, byte[][] digests);
  }

  private static void write(OfPartition message, WireWriter out) {
    out.writeInt(message.partition());
    out.writeLong(message.bytesBeside());
    out.writeInt(message.digests().length * DIGEST_BYTES);
    for (byte[] digest : message.digests()) {
      out.writeRaw(digest);
    }
  }

  private static <M> M read(WireReader in, Maker<M> maker) {
    int partition = in.readInt();
    long bytes = in.readLong();
    byte[] flat = in.readBytes(MOST_BLOBS * DIGEST_BYTES);
    if (partition < 0 || partition >= Partitions.MOST || bytes < 0) {
      throw new ProtocolException("Invalid partition " + partition + " of " + bytes + " bytes");
    }
    if (flat.length % DIGEST_BYTES != 0) {
      throw new ProtocolException(
          "Invalid names of " + flat.length + " bytes: must be " + DIGEST_BYTES + " each");
    }
    byte[][] digests = new byte[flat.length / DIGEST_BYTES][];
    WireReader names = new WireReader(flat);
    for (int i = 0; i < digests.length; i++) {
      digests[i] = names.readRaw(DIGEST_BYTES);
    }
    return maker.make(partition, bytes, digests);
  }
}
