// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.ExchangeTimeouts;
import io.heddle.checkpoint.BlobStore;
import io.heddle.party.PartyId;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many data links a party may have. */
class DataRoomTest {
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final PartyId INSURER = new PartyId("insurer");

  private static EmbeddedChannel open(PartyId party, DataRoom room) {
    ChannelInboundHandlerAdapter door = new ChannelInboundHandlerAdapter();
    EmbeddedChannel channel = new EmbeddedChannel(new FrameDecoder(), door);
    DataDoor.open(channel.pipeline().context(door), new Holder(party, null), room);
    return channel;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // an embedded channel is closed at once
  private static void close(EmbeddedChannel link) {
    link.close();
  }

  @Test
  void open_moreLinksThanAPartyMayHave_closesThemUntilOneIsGone() {
    try (BlobStore store = BlobStore.temporary(1 << 20);
        DataRoom room = new DataRoom(new PartyId("bank"), store, ExchangeTimeouts.DEFAULT)) {
      List<EmbeddedChannel> links = new ArrayList<>();
      for (int i = 0; i < DataRoom.MAX_LINKS_PER_PARTY; i++) {
        links.add(open(RETAILER, room));
      }
      assertThat(links).allMatch(EmbeddedChannel::isOpen);
      assertThat(open(RETAILER, room).isOpen()).isFalse();
      EmbeddedChannel other = open(INSURER, room);
      assertThat(other.isOpen()).isTrue();
      close(other);

      close(links.remove(0));
      EmbeddedChannel next = open(RETAILER, room);
      assertThat(next.isOpen()).isTrue();
      assertThat(open(RETAILER, room).isOpen()).isFalse();
      close(next);
      links.forEach(DataRoomTest::close);
    }
  }
}
