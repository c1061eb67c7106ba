// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.rr22;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.RunRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** For tests: a step of rr22 with small partitions, begun or gone on with as a party does. */
final class Rr22Runs {
  static final PartyId RECEIVER = new PartyId("receiver");
  static final PartyId SENDER = new PartyId("sender");

  private Rr22Runs() {}

  static PsiTerms terms(boolean allLearn) {
    return new PsiTerms(new byte[32], allLearn, 0, 1 << 20, PsiProtocol.RR22, true, RunRecord.NONE);
  }

  /** In byte order, as the door hands them in. */
  static IdList ids(List<String> ids) {
    return IdList.of(
        ids.stream()
            .map(id -> id.getBytes(StandardCharsets.UTF_8))
            .sorted(Arrays::compareUnsigned)
            .toList());
  }

  /** The common ids of one party. */
  static List<String> run(
      Channel step,
      PrivateRandomness randomness,
      List<String> own,
      boolean allLearn,
      int partitionIds) {
    IdList ids = ids(own);
    PsiTerms terms = terms(allLearn);
    byte @Nullable [] kept = step.restored();
    PartyId peer = step.peers().first();
    int theirSize = kept == null ? terms.exchange(step, peer, ids.size()).ids() : 0;
    int[] common;
    if (step.self().equals(RECEIVER)) {
      Rr22Receiver role = new Rr22Receiver(terms, randomness, Progress.NONE, partitionIds);
      common =
          kept == null ? role.run(step, peer, ids, theirSize) : role.goOn(step, peer, ids, kept);
    } else {
      Rr22Sender role = new Rr22Sender(terms, randomness, Progress.NONE, partitionIds);
      common =
          kept == null ? role.run(step, peer, ids, theirSize) : role.goOn(step, peer, ids, kept);
    }
    return Arrays.stream(common)
        .mapToObj(place -> new String(ids.get(place), StandardCharsets.UTF_8))
        .toList();
  }
}
