// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.config.IdRule;
import io.heddle.error.DataException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

final class IdKeys {
  static List<byte[]> of(List<@Nullable String[]> texts, List<String> idCols, List<IdRule> rules) {
    throw new DataException("x");
  }
}
