// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.tasks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** One party's ids, wherever they are. */
public interface OwnIds {
  /**
   * All of them in this process, each once, in any order.
   *
   * @throws io.heddle.error.DataException if there are ids that must not take part
   */
  List<byte[]> collect();

  /** How tasks work on them where they are; null if they are in this process only. */
  @Nullable IdTasks tasks();
}
