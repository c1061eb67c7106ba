// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Where blobs go that are spread over several processes, and where they are found. */
class PartyStoreTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final String SESSION = "ab".repeat(32);
  private static final int BLOBS = 3000;

  private final Memory first = new Memory();
  private final Memory second = new Memory();
  private final Memory third = new Memory();
  private final Memory driver = new Memory();

  private static final class Memory implements PartyStore.Part {
    private final Map<ByteBuffer, byte[]> blobs = new HashMap<>();
    private int asked;

    @Override
    public void put(String session, byte[] digest, byte[] body, Runnable alive) {
      blobs.put(ByteBuffer.wrap(digest), body);
    }

    @Override
    public byte @Nullable [] find(String session, byte[] digest, int maxBytes, Runnable alive) {
      asked++;
      return blobs.get(ByteBuffer.wrap(digest));
    }
  }

  private static byte[] body(int number) {
    return ByteBuffer.allocate(4).putInt(number).array();
  }

  private static List<byte[]> put(PartyStore store) {
    return IntStream.range(0, BLOBS)
        .mapToObj(i -> store.put(SESSION, body(i), NettyNetwork::goOn))
        .toList();
  }

  private static void assertFinds(PartyStore store, List<byte[]> digests) {
    for (int i = 0; i < BLOBS; i++) {
      assertThat(store.get(SESSION, digests.get(i), 4, NettyNetwork::goOn)).isEqualTo(body(i));
    }
  }

  @Test
  void put_severalProcesses_spreadsEvenlyAndIsFoundAtOnce() {
    PartyStore store = PartyStore.of(BANK, List.of(first, second, third), driver);
    List<byte[]> digests = put(store);

    assertThat(List.of(first, second, third))
        .allSatisfy(each -> assertThat(each.blobs.size()).isBetween(BLOBS / 4, BLOBS / 2));
    assertThat(driver.blobs).isEmpty();
    assertFinds(store, digests);
    assertThat(first.asked + second.asked + third.asked).isEqualTo(BLOBS);
  }

  @Test
  void get_putByOneWhoKnowsOtherProcesses_findsAllTheSame() {
    for (List<Memory> known :
        List.of(List.of(third, first), List.of(second), List.of(second, third, first))) {
      List<byte[]> digests = put(PartyStore.of(BANK, known, null));
      assertFinds(PartyStore.of(BANK, List.of(first, second, third), driver), digests);
    }
    // To the driver, since the peer knows of no other process.
    Memory empty = new Memory();
    List<byte[]> digests = put(PartyStore.of(BANK, List.of(), driver));
    assertFinds(PartyStore.of(BANK, Arrays.asList(empty, new Memory()), driver), digests);
    assertThat(empty.blobs).isEmpty();
  }

  @Test
  void get_nowhere_isRefused() {
    PartyStore store = PartyStore.of(BANK, List.of(first, second), driver);
    assertThatThrownBy(() -> store.get(SESSION, new byte[32], 4, NettyNetwork::goOn))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("The store of party bank has no such blob");
    assertThat(List.of(first.asked, second.asked, driver.asked)).containsExactly(1, 1, 1);
  }

  @Test
  void put_byTheOwnDriver_staysThereAndIsFoundByWorkers() {
    List<byte[]> digests = put(PartyStore.own(BANK, List.of(first, second), driver));
    assertThat(first.blobs).isEmpty();
    assertThat(second.blobs).isEmpty();
    assertFinds(PartyStore.of(BANK, List.of(first, second), driver), digests);
  }

  @Test
  void put_noWay_isRefused() {
    PartyStore store = PartyStore.of(BANK, List.of(), null);
    assertThatThrownBy(() -> store.put(SESSION, body(1), NettyNetwork::goOn))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("There is no way to the store of party bank");
  }
}
