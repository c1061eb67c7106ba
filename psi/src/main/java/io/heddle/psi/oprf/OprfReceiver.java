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

  private final PrivateRandomness randomness;
  private final TagCache cache;
  private final String fingerprint;
  private final Progress progress;

  /**
   * @param randomness from this party's own session secret, known to no peer
   * @param fingerprint the sender's
   */
  OprfReceiver(
      PrivateRandomness randomness, TagCache cache, String fingerprint, Progress progress) {
    this.randomness = randomness;
    this.cache = cache;
    this.fingerprint = fingerprint;
    this.progress = progress;
  }

  /** The list that is kept of a sender, and questions under its key. */
  record Ready(TagList list, TagTable table, Questions questions) {
    /** Never what is secret. */
    @Override
    public String toString() {
      return "Ready[" + list.key().ids() + " tags]";
    }
  }

  /**
   * Makes ready what needs no sender; null if no list is kept that can be used.
   *
   * @param path of the step that {@link #run} gets
   * @param ids each once, in byte order
   */
  @Nullable Ready prepare(PartyId sender, String path, List<byte[]> ids) {
    TagCache.Found found = cache.read(fingerprint);
    if (found.fault() != null) {
      progress.note("fetches the tags of " + sender + " anew: " + found.fault());
    }
    TagList list = found.list();
    return list == null ? null : ready(sender, path, ids, list);
  }

  /** Null if the list's key is none. */
  private @Nullable Ready ready(PartyId sender, String path, List<byte[]> ids, TagList list) {
    TagTable table = list.table(sender);
    try {
      Questions questions = questions(sender, path, ids, list.key());
      questions.prepare(CHUNKS_AHEAD);
      return new Ready(list, table, questions);
    } catch (ProtocolException e) {
      progress.note("fetches the tags of " + sender + " anew: " + e.getMessage());
      return null;
    }
  }

  private Questions questions(PartyId sender, String path, List<byte[]> ids, KeyTerms key) {
    return new Questions(new RunSecrets(randomness, path, ids), ids, sender, key);
  }

  /**
   * The indices of the common ids, in the alignment's order.
   *
   * @param before what {@link #prepare} has made of the same path and ids; null if nothing
   */
  Result run(
      Channel step, PartyId sender, PsiTerms terms, List<byte[]> ids, @Nullable Ready before) {
    long start = System.nanoTime();
    Ready ready = begin(step, sender, ids, before);
    int theirSize = terms.exchange(step, sender, ids.size()).ids();
    terms.record().begin(PsiProtocol.ECDH_OPRF, ids.size(), sender, theirSize);
    KeyTerms key = key(sender, step.receive(sender, KeyOffer.class), theirSize, ids.size());
    if (ready != null && !ready.list().key().isSame(key)) {
      ready = null;
    }
    // Before the list is asked for: this refuses a key that is none.
    Questions questions =
        ready != null ? ready.questions() : questions(sender, step.path(), ids, key);
    step.send(sender, new TagRequest(ready == null));
    progress.begin("intersect ids", 2L * ids.size() + (ready == null ? theirSize : 0), "ids");
    long asked = System.nanoTime();
    TagList list = ready != null ? ready.list() : fetch(step, sender, key);
    TagTable table = ready != null ? ready.table() : list.table(sender);
    long offline = ready != null ? 0 : System.nanoTime() - asked;
    byte[] tags = ask(step, sender, questions, ids.size() * key.width());
    TagList.Common common = list.find(table, tags, terms.binding());
    CommonRows.send(step, sender, terms, common.listed());
    progress.end();
    return new Result(
        questions.places(common.asked()),
        OprfFigures.of(ready != null, System.nanoTime() - start, offline));
  }

  /**
   * What this run has of a list. Which one it is is kept from before the first message on: after a
   * crash the run says the same again, though it has written a list or one has expired since.
   */
  private @Nullable Ready begin(
      Channel step, PartyId sender, List<byte[]> ids, @Nullable Ready before) {
    byte[] state = step.restored();
    if (state != null) {
      return goOn(state, step, sender, ids, before);
    }
    Ready ready = before != null ? before : prepare(sender, step.path(), ids);
    WireWriter out = new WireWriter();
    out.writeByte(VERSION);
    out.writeBoolean(ready != null);
    out.writeRaw(ready == null ? new byte[KeyTerms.ID_BYTES] : ready.list().key().id());
    step.commit(out.toByteArray());
    return ready;
  }

  private @Nullable Ready goOn(
      byte[] state, Channel step, PartyId sender, List<byte[]> ids, @Nullable Ready before) {
    WireReader in = new WireReader(state);
    if (in.readByte() != VERSION) {
      throw new CheckpointException(
          "What was kept of this step is of another version: go on with that one, or begin anew");
    }
    if (!in.readBoolean()) {
      return null;
    }
    byte[] keyId = in.readRaw(KeyTerms.ID_BYTES);
    if (before != null && Arrays.equals(before.list().key().id(), keyId)) {
      return before;
    }
    TagList list = cache.readAny(fingerprint).list();
    Ready ready =
        list != null && Arrays.equals(list.key().id(), keyId)
            ? ready(sender, step.path(), ids, list)
            : null;
    if (ready == null) {
      throw new CheckpointException(
          "The tags of " + sender + " that this run began with are gone: begin anew");
    }
    return ready;
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

  /** What a run came to. */
  record Result(int[] rows, OprfFigures figures) {}
}
