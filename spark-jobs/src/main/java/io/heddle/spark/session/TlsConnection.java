// SPDX-License-Identifier: Apache-2.0
package io.heddle.spark.session;

import io.heddle.config.JobConfig;
import io.heddle.config.PartyConfig;
import io.heddle.progress.Progress;

/** Opens a party's session over TLS. */
final class TlsConnection {
  private TlsConnection() {}

  static HeddleSession.Connection open(PartyConfig party, JobConfig job, Progress progress) {
    throw new AssertionError("not yet");
  }
}
