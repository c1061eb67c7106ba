// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.channel.Exchange;
import io.heddle.channel.ExchangeTimeouts;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageType;
import io.heddle.channel.netty.NettyExchange;
import io.heddle.config.JobConfig;
import io.heddle.config.PartyConfig;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.psi.PsiMessages;
import io.heddle.session.SessionMessages;
import io.heddle.train.logistic.LogisticMessages;
import io.heddle.train.logistic.ScoringMessages;
import java.util.ArrayList;
import java.util.List;

/** A party's exchange over TLS, as its configuration describes it. */
final class TlsExchange {
  private TlsExchange() {}

  static Exchange open(PartyConfig party, JobConfig job) {
    Identity identity = Identity.load(party.identity().keyStore(), party.identity().passwordFile());
    PartyConfig.Timeouts timeouts = party.timeouts();
    NettyExchange.Builder builder =
        NettyExchange.builder(party.party(), codec())
            .identity(identity.privateKey(), identity.certificateChain())
            .listen(party.listen().host(), party.listen().port())
            .timeouts(
                new ExchangeTimeouts(
                    timeouts.connect(), timeouts.handshake(), timeouts.idle(), timeouts.receive()));
    for (PartyId name : job.parties()) {
      PartyConfig.Peer peer = party.peers().get(name);
      if (peer != null) {
        builder.peer(name, peer.host(), peer.port(), peer.fingerprint());
      }
    }
    return builder.open();
  }

  /** Every message that a stage of this version sends. */
  static MessageCodec codec() {
    List<MessageType<?>> types = new ArrayList<>(SessionMessages.TYPES);
    types.addAll(PsiMessages.TYPES);
    types.addAll(LogisticMessages.TYPES);
    types.addAll(ScoringMessages.TYPES);
    return new MessageCodec(types);
  }
}
