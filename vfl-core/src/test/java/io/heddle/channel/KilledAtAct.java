// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.party.PartyId;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * For tests: a channel whose party is killed once, before one of its acts or after the last: what
 * it sends, what it has received, what it commits.
 */
public final class KilledAtAct extends ForwardingChannel {
  private final SimulatedNetwork network;
  private final AtomicInteger left;

  /**
   * @param left how many acts of this party pass before, counted on over its processes
   */
  public KilledAtAct(Channel channel, SimulatedNetwork network, AtomicInteger left) {
    super(channel);
    this.network = network;
    this.left = left;
  }

  @Override
  protected Channel around(Channel narrower, String name) {
    return new KilledAtAct(narrower, network, left);
  }

  @Override
  public void send(PartyId to, Message message) {
    pass();
    super.send(to, message);
  }

  @Override
  public <M extends Message> M receive(PartyId from, Class<M> type) {
    M message = super.receive(from, type);
    pass();
    return message;
  }

  @Override
  public void commit(byte[] state) {
    pass();
    super.commit(state);
    pass();
  }

  private void pass() {
    if (left.getAndDecrement() == 0) {
      network.killCurrent();
    }
  }
}
