// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.channel.TestMessage.Blob;
import io.heddle.party.PartyId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parties that are killed at the end, on a network on which nothing else goes wrong. */
class LastWordTest {
  private static final PartyId BANK = new PartyId("bank");
  private static final PartyId SHOP = new PartyId("shop");

  // Far below the reconnect time-out: a restart, and what a party stays for one that has left.
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final Path directory;

  LastWordTest(@TempDir Path directory) {
    this.directory = directory;
  }

  private SimulatedNetwork run(SimulatedNetwork network) throws IOException {
    Parties.Code<String> code =
        session -> {
          Channel step = session.beginStep("talk", new TreeMap<>());
          if (step.restored() != null) {
            return "done";
          }
          PartyId peer = session.self().equals(BANK) ? SHOP : BANK;
          step.send(peer, new Blob(new byte[] {1}));
          step.receive(peer, Blob.class);
          step.commit(new byte[0]);
          return "done";
        };
    assertThat(
            SimulatedJob.run(
                network,
                Files.createTempDirectory(directory, "disks"),
                TestMessage.TYPES,
                Map.of(BANK, code, SHOP, code)))
        .isEqualTo(Map.of(BANK, "done", SHOP, "done"));
    return network;
  }

  @Test
  void leave_allKilledAtTheEnd_nobodyWaitsLongForWhoWasThere() throws IOException {
    int changes = run(SimulatedNetwork.calm()).diskChanges(BANK);
    int together = 0;
    // With the last change a party has forgotten the session, and is not started again.
    for (int change = changes / 2; change < changes; change++) {
      for (PartyId party : List.of(BANK, SHOP)) {
        SimulatedNetwork network = SimulatedNetwork.calm();
        network.killAllAtDisk(party, change);
        run(network);
        if (network.kills() == 2) {
          together++;
          assertThat(Duration.ofNanos(network.simulation().nanoTime()))
              .as("after kills at change %d of %d of the disk of %s", change, changes, party)
              .isLessThan(LONGEST);
        }
      }
    }
    assertThat(together).as("how often both were there").isGreaterThan(changes / 2);
  }
}
