// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import io.heddle.channel.Channel;
import io.heddle.channel.ForwardingChannel;
import io.heddle.channel.Message;
import io.heddle.party.PartyId;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Puts a role's time down to what it did: its own work before a message, named by that message, and
 * what sending and receiving held it up. Work before the first message of a kind in a tree stands
 * by itself: it is also what the tree begins with. For one thread.
 */
final class TimedChannel extends ForwardingChannel {
  private final Acts acts;

  /** Of a channel and all narrower ones. */
  static final class Acts {
    private final Cost.Watch watch = new Cost.Watch();
    private final LinkedHashMap<String, Cost> costs = new LinkedHashMap<>();
    private final LinkedHashMap<String, Cost> ofTreesBefore = new LinkedHashMap<>();
    private final Set<String> sentInTree = new HashSet<>();

    void end(String act) {
      costs.merge(act, watch.lap(), Cost::plus);
    }

    /** Forgets what was before. */
    void restart() {
      costs.clear();
      ofTreesBefore.clear();
      watch.lap();
    }

    void beforeSending(String message) {
      end((sentInTree.add(message) ? "work before the first " : "work before sending ") + message);
    }

    void endTree() {
      sentInTree.clear();
      end("work at the end of a tree");
      ofTreesBefore.clear();
      ofTreesBefore.putAll(costs);
    }

    Map<String, Cost> costs() {
      return new LinkedHashMap<>(costs);
    }

    /** Since the last commit: before that of the model, those of the last tree. */
    Map<String, Cost> costsOfLastTree() {
      Map<String, Cost> later = new LinkedHashMap<>();
      costs.forEach(
          (act, cost) -> later.put(act, cost.minus(ofTreesBefore.getOrDefault(act, Cost.NONE))));
      return later;
    }
  }

  TimedChannel(Channel channel, Acts acts) {
    super(channel);
    this.acts = acts;
  }

  @Override
  protected Channel around(Channel narrower, String name) {
    return new TimedChannel(narrower, acts);
  }

  @Override
  public void send(PartyId to, Message message) {
    String name = message.getClass().getSimpleName();
    acts.beforeSending(name);
    super.send(to, message);
    acts.end("sending " + name);
  }

  @Override
  public <M extends Message> M receive(PartyId from, Class<M> type) {
    acts.end("work before receiving " + type.getSimpleName());
    M message = super.receive(from, type);
    acts.end("waiting for and reading " + type.getSimpleName());
    return message;
  }

  @Override
  public void commit(byte[] state) {
    super.commit(state);
    acts.endTree();
  }
}
