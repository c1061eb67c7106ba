// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same where both parties make ready what they can before. */
class OprfPreparedCacheTest extends OprfCacheTest {
  OprfPreparedCacheTest(@TempDir Path directory) {
    super(directory);
    parties.prepared = true;
  }

  @Test
  void cache_goneSincePreparing_isUsed() {
    run();
    parties.afterwards =
        () -> {
          try {
            Files.delete(parties.cache());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    assertThat(run().cacheUsed()).isTrue();
    assertThat(Files.exists(parties.cache())).isFalse();
  }

  @Test
  void cache_expiredSincePreparing_isNotUsed() {
    run();
    parties.afterwards = () -> parties.receiverAhead = parties.lifetime;
    assertThat(run().cacheUsed()).isFalse();
    assertThat(parties.notes)
        .containsExactly("fetches the tags of sender anew: their key has expired");
  }

  @Test
  void run_ofAnotherStepOrOtherIds_isRefused() {
    run();
    parties.preparedStep = "2-psi";
    assertThatThrownBy(this::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Invalid step 1-psi/oprf: not the one, or not the ids, that was made ready");
    parties.preparedStep = "1-psi";
    parties.preparedIds = ids -> ids.subList(1, ids.size());
    assertThatThrownBy(this::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not the ids");
  }
}
