// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.channel.ExchangeStart;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.MessageCodec;
import io.heddle.config.JobConfig;
import io.heddle.config.PartyConfig;
import io.heddle.error.ConfigurationException;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import java.util.Map;
import java.util.TreeMap;

/** A party's exchange with the parties of a job, as its configuration describes it. */
public final class TlsExchange {
  private TlsExchange() {}

  /**
   * Reads the key files, listens and begins to dial; returns before any peer is there.
   *
   * @param codec of all messages that the job may send
   * @throws ConfigurationException if the key files cannot be used or the port is in use
   */
  public static NettyExchange open(PartyConfig party, JobConfig job, MessageCodec codec) {
    return open(party, job, codec, identity(party), ExchangeStart.first());
  }

  /** The key and certificate that a party's file names. */
  public static Identity identity(PartyConfig party) {
    return Identity.load(party.identity().keyStore(), party.identity().passwordFile());
  }

  /**
   * Listens and begins to dial; returns before any peer is there.
   *
   * @param codec of all messages that the job may send
   * @param start whether it starts for the first time
   * @throws ConfigurationException if the port is in use
   */
  public static NettyExchange open(
      PartyConfig party,
      JobConfig job,
      MessageCodec codec,
      Identity identity,
      ExchangeStart start) {
    PartyConfig.Timeouts timeouts = party.timeouts();
    NettyExchange.Builder builder =
        builder(party, codec, identity)
            .start(start)
            .timeouts(
                new ExchangeTimeouts(
                    timeouts.connect(),
                    timeouts.handshake(),
                    timeouts.idle(),
                    timeouts.receive(),
                    timeouts.reconnect()));
    for (PartyId name : job.parties()) {
      PartyConfig.Peer peer = party.peers().get(name);
      if (peer != null) {
        builder.peer(name, peer.host(), peer.port(), peer.fingerprint());
      }
    }
    return builder.open();
  }

  /**
   * Listens and begins to dial one peer, to try the way to it: a peer that does the same is found,
   * a job is not disturbed.
   *
   * @throws ConfigurationException if the port is in use
   */
  public static NettyExchange doctor(
      PartyConfig party,
      PartyId name,
      MessageCodec codec,
      Identity identity,
      ExchangeTimeouts timeouts) {
    NettyExchange.Builder builder = builder(party, codec, identity).timeouts(timeouts);
    Map<PartyId, String> others = new TreeMap<>();
    party
        .peers()
        .forEach(
            (other, peer) -> {
              if (other.equals(name)) {
                builder.peer(other, peer.host(), peer.port(), peer.fingerprint());
              } else {
                others.put(other, peer.fingerprint());
              }
            });
    return builder.doctor(others).open();
  }

  private static NettyExchange.Builder builder(
      PartyConfig party, MessageCodec codec, Identity identity) {
    return NettyExchange.builder(party.party(), codec)
        .identity(identity.privateKey(), identity.certificateChain())
        .listen(party.listen().host(), party.listen().port());
  }
}
