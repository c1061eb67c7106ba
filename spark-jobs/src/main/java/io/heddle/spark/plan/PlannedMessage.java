// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.plan;

import io.heddle.channel.MessageType;
import io.heddle.party.PartyId;

/**
 * One type of message on its way from one party to another in one phase of a job.
 *
 * @param phase session, align, train or score
 * @param bytes all bodies together, about; 0 for one that crosses only where a run fails
 */
public record PlannedMessage(
    String phase, MessageType<?> type, PartyId from, PartyId to, long bytes) {}
