// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

/**
 * What one step carries from one party to another. Each protocol has one sealed interface of
 * messages, its records in sending order; each record has one {@link MessageType}, which says how
 * it is written and what its reader learns.
 */
public interface Message {
  /** How many bytes this message names that go beside the links. */
  default long bytesBeside() {
    return 0;
  }
}
