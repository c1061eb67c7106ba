// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.channel.Channel;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.CommonRows;
import io.heddle.psi.ecdh.RunSecrets;
import io.heddle.psi.oprf.OprfMessage.Answers;
import io.heddle.psi.oprf.OprfMessage.KeyOffer;
import io.heddle.psi.oprf.OprfMessage.Queries;
import io.heddle.psi.oprf.OprfMessage.SetTags;
import io.heddle.psi.oprf.OprfMessage.TagRequest;
import io.heddle.psi.shared.Chunks;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.TagTable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one of two parties that compares, with few ids. It learns which of them the sender has, how
 * many ids the sender has, and whether these are those of an earlier run. Its secret is that of one
 * session, step and set of ids.
 */
final class OprfReceiver {
  // The rest goes out as it is made.
  private static final int CHUNKS_AHEAD = 4;
  // Before version 2 questions were multiplied by one secret.
  private static final int VERSION = 2;

  private final PsiTerms terms;
  private final PrivateRandomness randomness;
  private final TagCache cache;
  private final String fingerprint;
  private final Progress progress;

  /**
   * @param randomness from this party's own session secret, known to no peer
   * @param fingerprint the sender's
   */
  OprfReceiver(
      PsiTerms terms,
      PrivateRandomness randomness,
      TagCache cache,
      String fingerprint,
      Progress progress) {
    this.terms = terms;
    this.randomness = randomness;
    this.cache = cache;
    this.fingerprint = fingerprint;
    this.progress = progress;
  }

  /** The indices of the common ids, in the alignment's order. */
  Result run(Channel step, PartyId sender, List<byte[]> ids) {
    TagList kept = kept(step, sender);
    RunSecrets secrets = new RunSecrets(randomness, step, ids);
    Questions ready = null;
    TagTable table = null;
    if (kept != null) {
      table = kept.table(sender);
      ready = ready(secrets, ids, sender, kept.key());
    }
    int theirSize = terms.exchange(step, sender, ids.size()).ids();
    long start = System.nanoTime();
    terms.record().begin(PsiProtocol.ECDH_OPRF, ids.size(), sender, theirSize);
    KeyTerms key = key(sender, step.receive(sender, KeyOffer.class), theirSize, ids.size());
    boolean held = kept != null && ready != null && kept.key().isSame(key);
    TagList list = held ? kept : null;
    Questions questions = held && ready != null ? ready : new Questions(secrets, ids, sender, key);
    step.send(sender, new TagRequest(!held));
    progress.begin("intersect ids", 2L * ids.size() + (held ? 0 : theirSize), "ids");
    long asked = System.nanoTime();
    if (list == null || table == null) {
      list = fetch(step, sender, key);
      table = list.table(sender);
    }
    long offline = held ? 0 : System.nanoTime() - asked;
    byte[] tags = ask(step, sender, questions, ids.size() * key.width());
    TagList.Common common = list.find(table, tags, terms.binding());
    CommonRows.send(step, sender, terms, common.listed());
    progress.end();
    return new Result(
        questions.places(common.asked()), OprfFigures.of(held, System.nanoTime() - start, offline));
  }

  /** Made while the sender may still be reading its table; null if the list's key is none. */
  private @Nullable Questions ready(
      RunSecrets secrets, List<byte[]> ids, PartyId sender, KeyTerms key) {
    try {
      Questions questions = new Questions(secrets, ids, sender, key);
      questions.prepare(CHUNKS_AHEAD);
      return questions;
    } catch (ProtocolException e) {
      progress.note("fetches the tags of " + sender + " anew: " + e.getMessage());
      return null;
    }
  }

  private byte[] ask(Channel step, PartyId sender, Questions questions, int bytes) {
    for (int chunk = 0; chunk < questions.chunks(); chunk++) {
      step.send(sender, new Queries(questions.points(chunk)));
      progress.advance(questions.size(chunk));
    }
    ByteBuffer tags = ByteBuffer.allocate(bytes);
    for (int chunk = 0; chunk < questions.chunks(); chunk++) {
      byte[] answers = step.receive(sender, Answers.class).points();
      tags.put(questions.tags(chunk, answers, progress::advance));
    }
    return tags.array();
  }

  private TagList fetch(Channel step, PartyId sender, KeyTerms key) {
    byte[] tags =
        Chunks.receive(
            step, sender, SetTags.class, "tag", key.ids(), key.width(), progress::advance);
    TagList list = new TagList(key, tags, 0);
    cache.write(fingerprint, list);
    return list;
  }

  private static KeyTerms key(PartyId sender, KeyOffer offer, int theirSize, int ownSize) {
    int needed = KeyTerms.width(theirSize, ownSize);
    if (offer.width() < needed) {
      throw new ProtocolException(
          "Invalid tag width "
              + offer.width()
              + " from "
              + sender
              + ": must be at least "
              + needed
              + " for these sets");
    }
    return new KeyTerms(offer.commitment(), offer.expiry(), theirSize, offer.width());
  }

  /**
   * The tags that this run may use. Which these are is kept from before the first message on: after
   * a crash the run says the same again, though it has written a list or one has expired since.
   */
  private @Nullable TagList kept(Channel step, PartyId sender) {
    byte[] state = step.restored();
    if (state != null) {
      return keptBefore(state, sender);
    }
    TagCache.Found found = cache.read(fingerprint);
    if (found.fault() != null) {
      progress.note("fetches the tags of " + sender + " anew: " + found.fault());
    }
    TagList list = found.list();
    WireWriter out = new WireWriter();
    out.writeByte(VERSION);
    out.writeBoolean(list != null);
    out.writeRaw(list == null ? new byte[KeyTerms.ID_BYTES] : list.key().id());
    step.commit(out.toByteArray());
    return list;
  }

  private @Nullable TagList keptBefore(byte[] state, PartyId sender) {
    WireReader in = new WireReader(state);
    if (in.readByte() != VERSION) {
      throw new CheckpointException(
          "What was kept of this step is of another version: go on with that one, or begin anew");
    }
    if (!in.readBoolean()) {
      return null;
    }
    TagList list = cache.readAny(fingerprint).list();
    if (list == null || !Arrays.equals(list.key().id(), in.readRaw(KeyTerms.ID_BYTES))) {
      throw new CheckpointException(
          "The tags of " + sender + " that this run began with are gone: begin anew");
    }
    return list;
  }

  /** What a run came to. */
  record Result(int[] rows, OprfFigures figures) {}
}
