// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import io.heddle.channel.netty.TlsExchange;
import io.heddle.config.Address;
import io.heddle.config.PartyConfig;
import io.heddle.doctor.Check.Subject;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import java.util.List;
import java.util.Objects;

/** The processes that take large messages of a party, as this party reaches them. */
final class StoreProcesses {
  private StoreProcesses() {}

  /**
   * Has each of them prove that it is of its party.
   *
   * @param whose a peer, or this party itself
   */
  static Check examine(PartyConfig party, Identity identity, PartyId whose) {
    boolean own = whose.equals(party.party());
    String key = own ? "blobs.exchanges" : "peers." + whose + ".exchanges";
    List<Address> places =
        own
            ? party.blobs().exchanges()
            : Objects.requireNonNull(party.peers().get(whose)).exchanges();
    if (places.isEmpty()) {
      return Check.skipped(Subject.EXCHANGES, key + " names none: drivers take large messages");
    }
    List<String> obstacles = TlsExchange.tryExchanges(party, identity, whose);
    for (int i = 0; i < places.size(); i++) {
      if (!obstacles.get(i).isEmpty()) {
        return Check.failed(
                Subject.EXCHANGES,
                obstacles.get(i),
                "have it started there with `heddle exchange --number N`, or correct " + key)
            .with("address", places.get(i).toString());
      }
    }
    return Check.ok(
            Subject.EXCHANGES,
            "all of "
                + key
                + " answer with the key of "
                + whose
                + ": "
                + String.join(", ", places.stream().map(Address::toString).toList()))
        .with("count", places.size());
  }
}
