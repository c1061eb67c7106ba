// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.checkpoint.BlobStore;
import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a link does with frames that it has read ahead. */
class DataServerLinkTest {
  private static final String SESSION = "ab".repeat(32);
  private static final byte[] EMPTY = Sha256.of(new byte[0]);

  private static void read(EmbeddedChannel channel, ByteBuffer frame) {
    channel.writeInbound(Unpooled.wrappedBuffer(frame));
  }

  /** Both are there before the first is looked at. */
  private static boolean hasBlobAfter(ByteBuffer first) throws InterruptedException {
    try (BlobStore store = BlobStore.temporary(1 << 20);
        DataRoom room = new DataRoom(new PartyId("bank"), store, ExchangeTimeouts.DEFAULT)) {
      store.open(SESSION);
      DataServerLink link = new DataServerLink(room);
      EmbeddedChannel channel = new EmbeddedChannel(link);
      link.begin(channel.pipeline().context(link), new Holder(new PartyId("retailer"), null));
      synchronized (link) {
        read(channel, first);
        read(channel, DataFrames.put(new DataFrames.Name(SESSION, EMPTY), 0));
      }
      room.disk().shutdown();
      assertThat(room.disk().awaitTermination(20, TimeUnit.SECONDS)).isTrue();
      return store.has(SESSION, EMPTY);
    }
  }

  @Test
  void read_behindAFrameThatIsNotAllowed_isNotFollowed() throws InterruptedException {
    assertThat(hasBlobAfter(DataFrames.stored())).isFalse();
  }

  @Test
  void read_behindARequest_isFollowed() throws InterruptedException {
    assertThat(hasBlobAfter(DataFrames.get(new DataFrames.Name(SESSION, new byte[32])))).isTrue();
  }
}
