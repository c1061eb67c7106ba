// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.Envelope;
import io.heddle.channel.MessageKey;
import io.heddle.channel.Parties;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Not among the tests that wait side by side: what else runs slows its link further. */
class SlowLinkTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId RETAILER = new PartyId("retailer");
  private static final TestIdentity BANK_ID = TestIdentity.generate();
  private static final TestIdentity RETAILER_ID = TestIdentity.generate();

  private final int bankPort = NettyNetwork.freePort();
  private final int retailerPort = NettyNetwork.freePort();

  @Test
  void close_slowLink_lastMessageArrives() throws IOException {
    String id = "a1".repeat(32);
    MessageKey key = new MessageKey(id, "1-talk", 1, BANK, RETAILER, 0);
    byte[] body = new byte[8 << 20];
    try (Relay toRetailer = new Relay(retailerPort);
        NettyExchange retailer =
            NettyNetwork.open(
                RETAILER,
                retailerPort,
                RETAILER_ID,
                BANK,
                bankPort,
                BANK_ID,
                NettyNetwork.PATIENT)) {
      retailer.open(id);
      Map<PartyId, Callable<Integer>> calls = new TreeMap<>();
      calls.put(
          BANK,
          () -> {
            try (NettyExchange bank =
                NettyNetwork.open(
                    BANK,
                    bankPort,
                    BANK_ID,
                    RETAILER,
                    toRetailer.port(),
                    RETAILER_ID,
                    NettyNetwork.PATIENT)) {
              bank.connect(Progress.NONE);
              toRetailer.slowDown();
              bank.send(Envelope.of(key, 60_002, body));
            }
            return 0;
          });
      calls.put(
          RETAILER,
          () -> {
            retailer.connect(Progress.NONE);
            return retailer.receive(key).body().length;
          });
      assertThat(Parties.together(calls)).containsEntry(RETAILER, body.length);
    }
  }
}
