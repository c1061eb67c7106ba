// SPDX-License-Identifier: Apache-2.0
package io.heddle.benchmarks.trees;

import io.heddle.channel.Channel;
import io.heddle.channel.ForwardingChannel;
import io.heddle.channel.Message;
import io.heddle.party.PartyId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Puts a role's time down to what it did: its own work before a message, named by that message, and
 * what sending and receiving held it up. Work before a tree's first derivatives stands by itself:
 * they are made in it; and so does waiting for a tree's first sums, while which the last
 * derivatives may be on their way. For one thread.
 */
final class TimedChannel extends ForwardingChannel {
  static final String DERIVATIVES = "GradientChunk";
  static final String SUMS = "NodeSums";
  static final String DESCENT = "Descent";

  private final Acts acts;

  /** Of a channel and all narrower ones. */
  static final class Acts {
    private final Cost.Watch watch = new Cost.Watch();
    private final LinkedHashMap<String, Cost> costs = new LinkedHashMap<>();
    private final LinkedHashMap<String, Cost> ofTreesBefore = new LinkedHashMap<>();
    private final List<Map<String, Cost>> trees = new ArrayList<>();
    private final Consumer<String> between;
    private boolean sentDerivatives;
    private boolean receivedSums;

    /**
     * @param between gets the name of each act that has ended, before the next one begins
     */
    Acts(Consumer<String> between) {
      this.between = between;
    }

    void end(String act) {
      costs.merge(act, watch.lap(), Cost::plus);
      between.accept(act);
    }

    /** Forgets what was before. */
    void restart() {
      costs.clear();
      ofTreesBefore.clear();
      trees.clear();
      watch.lap();
    }

    /** What was no act. */
    void leaveOut(Cost other) {
      watch.leaveOut(other);
    }

    void beforeSending(String message) {
      boolean first = message.equals(DERIVATIVES) && !sentDerivatives;
      sentDerivatives |= first;
      end((first ? "work before the first " : "work before sending ") + message);
    }

    void received(String message) {
      boolean first = message.equals(SUMS) && !receivedSums;
      receivedSums |= first;
      end("waiting for and reading " + (first ? "the first " : "") + message);
    }

    void endTree() {
      sentDerivatives = false;
      receivedSums = false;
      end("work at the end of a tree");
      Map<String, Cost> ofTree = new LinkedHashMap<>();
      costs.forEach(
          (act, cost) -> ofTree.put(act, cost.minus(ofTreesBefore.getOrDefault(act, Cost.NONE))));
      trees.add(ofTree);
      ofTreesBefore.putAll(costs);
    }

    Map<String, Cost> costs() {
      return new LinkedHashMap<>(costs);
    }

    List<Map<String, Cost>> costsOfTrees() {
      return List.copyOf(trees);
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
    acts.received(type.getSimpleName());
    return message;
  }

  @Override
  public void commit(byte[] state) {
    acts.end("work before a commit");
    super.commit(state);
    acts.end("commit");
  }
}
