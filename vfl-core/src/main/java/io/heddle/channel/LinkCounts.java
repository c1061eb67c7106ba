// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import java.time.Duration;

/**
 * What the links to the peers of one exchange have cost so far, each way counted by itself.
 *
 * @param lost how often a link that was in use was lost
 * @param away how long lost links were away until they came back
 * @param sentAgain messages that went out once more over a later link
 * @param dropped messages that came once more, and were dropped
 */
public record LinkCounts(long lost, Duration away, long sentAgain, long dropped) {}
