// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.crypto.curve25519.FullPoints;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.CommonRows;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.oprf.OprfMessage.Answers;
import io.heddle.psi.oprf.OprfMessage.KeyOffer;
import io.heddle.psi.oprf.OprfMessage.Queries;
import io.heddle.psi.oprf.OprfMessage.SetTags;
import io.heddle.psi.oprf.OprfMessage.TagRequest;
import io.heddle.psi.oprf.OprfReceiver.Result;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.PsiTerms;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The one of two parties that does not compare, with many ids. It learns how many ids the receiver
 * has, whether the receiver has kept its tags, and, where all parties learn, which of its own ids
 * the receiver has. A key stays for its set and the receiver; each question counts.
 */
final class OprfSender {
  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final SenderKeys keys;
  private final String fingerprint;
  private final Progress progress;

  /**
   * @param randomness from this party's own session secret, known to no peer
   * @param fingerprint the receiver's
   */
  OprfSender(
      PsiTerms terms,
      PrivateRandomness randomness,
      SenderKeys keys,
      String fingerprint,
      Progress progress) {
    this.terms = terms;
    this.randomness = randomness;
    this.keys = keys;
    this.fingerprint = fingerprint;
    this.progress = progress;
  }

  /**
   * The indices of the common ids, in the alignment's order; none where the receiver learns alone.
   * All questions are taken in before an answer goes out, so neither party ever sends to one that
   * is sending.
   */
  Result run(Channel step, PartyId receiver, List<byte[]> ids) {
    long start = System.nanoTime();
    SetKey key = key(step, ids);
    try {
      int theirSize = terms.exchange(step, receiver, ids.size()).ids();
      terms.record().begin(PsiProtocol.ECDH_OPRF, ids.size(), receiver, theirSize);
      keys.charge(fingerprint, receiver.name(), key, theirSize, terms.binding());
      KeyTerms shown = key.terms();
      step.send(receiver, new KeyOffer(shown.commitment(), shown.expiry(), shown.width()));
      boolean wanted = step.receive(receiver, TagRequest.class).wanted();
      progress.begin("intersect ids", theirSize + (wanted ? (long) ids.size() : 0), "ids");
      long asked = System.nanoTime();
      if (wanted) {
        sendTags(step, receiver, key, key.order().apply(ids));
      }
      long offline = wanted ? System.nanoTime() - asked : 0;
      answer(step, receiver, key, theirSize);
      int most = Math.min(theirSize, ids.size());
      int[] rows =
          terms.allLearn()
              ? CommonRows.receive(step, receiver, terms, key.order(), most)
              : new int[0];
      progress.end();
      return new Result(rows, OprfFigures.of(!wanted, System.nanoTime() - start, offline));
    } finally {
      key.wipe();
    }
  }

  private void sendTags(Channel step, PartyId receiver, SetKey key, List<byte[]> listed) {
    TagFunction function = new TagFunction(key.terms());
    for (int chunk = 0; chunk < Chunks.of(listed.size()); chunk++) {
      List<byte[]> some = listed.subList(Chunks.from(chunk), Chunks.to(chunk, listed.size()));
      byte[] products =
          Curve25519.multiplyAll(key.scalar(), function.points(some), progress::advance);
      step.send(receiver, new SetTags(key.terms().width(), function.tags(some, products)));
    }
  }

  private void answer(Channel step, PartyId receiver, SetKey key, int size) {
    List<byte[]> answers = new ArrayList<>();
    for (int chunk = 0; chunk < Chunks.of(size); chunk++) {
      byte[] points = step.receive(receiver, Queries.class).points();
      Chunks.check(receiver, chunk, size, points.length / Curve25519.POINT_BYTES);
      try {
        answers.add(FullPoints.multiplyAll(key.scalar(), points, progress::advance));
      } catch (ProtocolException e) {
        throw new ProtocolException("From " + receiver + ": " + e.getMessage(), e);
      }
    }
    answers.forEach(points -> step.send(receiver, new Answers(points)));
  }

  /**
   * The key of this run, kept from before the first message on: after a crash the run goes on under
   * it though it may have expired since.
   */
  private SetKey key(Channel step, List<byte[]> ids) {
    byte[] digest = IdList.of(ids).digest();
    byte[] state = step.restored();
    if (state != null) {
      return keyBefore(state, ids.size(), digest);
    }
    SetKey key = keys.forSet(fingerprint, ids.size(), digest, fresh(step, digest));
    step.commit(key.toBytes());
    return key;
  }

  private static SetKey keyBefore(byte[] state, int ids, byte[] digest) {
    SetKey key;
    try {
      key = SetKey.read(state);
    } catch (ProtocolException e) {
      throw new CheckpointException(
          "What was kept of this step is of another version: go on with that one, or begin anew",
          e);
    }
    if (!key.isOf(ids, digest)) {
      throw new CheckpointException(
          "The ids have changed since this step began: "
              + key.terms().ids()
              + " then, "
              + ids
              + " now. Put the data back or begin anew");
    }
    return key;
  }

  private byte[] fresh(Channel step, byte[] digest) {
    byte[] bytes = new byte[Curve25519.POINT_BYTES];
    randomness
        .derive(
            "psi/oprf key",
            step.path().getBytes(StandardCharsets.UTF_8),
            digest,
            Peers.hash(fingerprint))
        .fill(0, bytes);
    byte[] scalar = Curve25519.scalarOf(bytes);
    Arrays.fill(bytes, (byte) 0);
    return scalar;
  }
}
