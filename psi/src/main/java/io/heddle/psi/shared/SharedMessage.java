// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.channel.Message;
import io.heddle.config.JobConfig.PsiProtocol;

/** The messages that every family of intersection protocols has. */
public sealed interface SharedMessage extends Message {

  /**
   * First, each party to each other one: its number of ids and the terms it runs under.
   *
   * @param protocol what it asks for
   * @param semiHonest whether it takes the reader as one that follows the protocol
   */
  record SetSize(
      int ids, int minIntersection, boolean allLearn, PsiProtocol protocol, boolean semiHonest)
      implements SharedMessage {}

  /** Receiver to each other party: how many ids are common to all. */
  record IntersectionSize(int ids) implements SharedMessage {}

  /** Where the run fails for a reason that all know: each other party to the receiver, and back. */
  record Settled() implements SharedMessage {}
}
