// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.psi.shared.IdHash;
import io.heddle.psi.tasks.IdNames;
import java.util.Arrays;

/** The names of common ids, as the sender gets them: the first bytes of their items. */
record HashNames(IdHash items, int width) implements IdNames {
  @Override
  public byte[] name(byte[] id) {
    return Arrays.copyOf(items.of(id), width);
  }
}
