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
import io.heddle.psi.ids.IdList;
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

  /** A sender's list, and questions under its key. */
  private record Listed(TagList list, TagTable table, Questions questions) {}

  /**
   * What {@link #prepare} has made, and of what.
   *
   * @param listed null if no list is kept that can be used
   */
  record Prepared(String path, byte[] digest, @Nullable Listed listed) {
    void check(Channel step, List<byte[]> ids) {
      if (!path.equals(step.path()) || !Arrays.equals(digest, IdList.of(ids).digest())) {
        throw new IllegalArgumentException(
            "Invalid step " + step.path() + ": not the one, or not the ids, that was made ready");
      }
    }

    /** Never what is secret. */
    @Override
    public String toString() {
      return "Prepared[" + path + "]";
    }
  }

  /**
   * Makes ready what needs no sender.
   *
   * @param path of the step that {@link #run} gets
   * @param ids each once, in byte order
   */
  Prepared prepare(PartyId sender, String path, List<byte[]> ids) {
    return new Prepared(path, IdList.of(ids).digest(), kept(sender, path, ids));
  }

  private @Nullable Listed kept(PartyId sender, String path, List<byte[]> ids) {
    TagCache.Found found = cache.read(fingerprint);
    if (found.fault() != null) {
      fetchesAnew(sender, found.fault());
    }
    TagList list = found.list();
    return list == null ? null : listed(sender, path, ids, list);
  }

  /** Null if the list's key is none, or its tags are not random. */
  private @Nullable Listed listed(PartyId sender, String path, List<byte[]> ids, TagList list) {
    try {
      TagTable table = list.table(sender);
      Questions questions = questions(sender, path, ids, list.key());
      questions.prepare(CHUNKS_AHEAD);
      return new Listed(list, table, questions);
    } catch (ProtocolException e) {
      fetchesAnew(sender, e.getMessage());
      return null;
    }
  }

  private void fetchesAnew(PartyId sender, @Nullable String why) {
    progress.note("fetches the tags of " + sender + " anew: " + why);
  }

  private Questions questions(PartyId sender, String path, List<byte[]> ids, KeyTerms key) {
    return new Questions(new RunSecrets(randomness, path, ids), ids, sender, key);
  }

  /**
   * The indices of the common ids, in the alignment's order.
   *
   * @param prepared for this step and these ids; null if nothing was
   * @throws IllegalArgumentException if it was prepared for others
   */
  Result run(
      Channel step, PartyId sender, PsiTerms terms, List<byte[]> ids, @Nullable Prepared prepared) {
    long start = System.nanoTime();
    if (prepared != null) {
      prepared.check(step, ids);
    }
    Begun begun = begin(step, sender, ids, prepared);
    int theirSize = terms.exchange(step, sender, ids.size()).ids();
    terms.record().begin(PsiProtocol.ECDH_OPRF, ids.size(), sender, theirSize);
    KeyTerms key = key(sender, step.receive(sender, KeyOffer.class), theirSize, ids.size());
    Listed held = begun.of(key, sender);
    // Before the list is asked for: this refuses a key that is none.
    Questions questions =
        held != null ? held.questions() : questions(sender, step.path(), ids, key);
    step.send(sender, new TagRequest(held == null));
    progress.begin("intersect ids", 2L * ids.size() + (held == null ? theirSize : 0), "ids");
    long asked = System.nanoTime();
    Listed listed = held != null ? held : fetch(step, sender, key, questions);
    long offline = held != null ? 0 : System.nanoTime() - asked;
    byte[] tags = ask(step, sender, questions, ids.size() * key.width());
    TagList.Common common = listed.list().find(listed.table(), tags, terms.binding());
    CommonRows.send(step, sender, terms, common.listed());
    progress.end();
    return new Result(
        questions.places(common.asked()),
        OprfFigures.of(held != null, System.nanoTime() - start, offline));
  }

  /**
   * Which list a run began with, and what there is of it.
   *
   * @param keyId of the list's key; zero if there was no list
   */
  private record Begun(byte[] keyId, @Nullable Listed listed) {
    /** Null if the run began without the list of this key. */
    @Nullable Listed of(KeyTerms key, PartyId sender) {
      if (!Arrays.equals(keyId, key.id())) {
        return null;
      }
      if (listed == null) {
        throw new CheckpointException(
            "The tags of " + sender + " that this run began with are gone: begin anew");
      }
      return listed;
    }
  }

  /**
   * Which list this run has is kept from before the first message on: after a crash the run says
   * the same again, though it has written a list or one has expired since.
   */
  private Begun begin(Channel step, PartyId sender, List<byte[]> ids, @Nullable Prepared prepared) {
    byte[] state = step.restored();
    if (state != null) {
      return goOn(state, step, sender, ids);
    }
    Listed listed = prepared == null ? kept(sender, step.path(), ids) : prepared.listed();
    if (listed != null && cache.hasExpired(listed.list())) {
      fetchesAnew(sender, TagCache.EXPIRED);
      listed = null;
    }
    byte[] keyId = listed == null ? new byte[KeyTerms.ID_BYTES] : listed.list().key().id();
    WireWriter out = new WireWriter();
    out.writeByte(VERSION);
    out.writeBoolean(listed != null);
    out.writeRaw(keyId);
    step.commit(out.toByteArray());
    return new Begun(keyId, listed);
  }

  private Begun goOn(byte[] state, Channel step, PartyId sender, List<byte[]> ids) {
    WireReader in = new WireReader(state);
    if (in.readByte() != VERSION) {
      throw new CheckpointException(
          "What was kept of this step is of another version: go on with that one, or begin anew");
    }
    boolean had = in.readBoolean();
    byte[] keyId = in.readRaw(KeyTerms.ID_BYTES);
    TagList list = had ? cache.readAny(fingerprint).list() : null;
    return new Begun(
        keyId,
        list != null && Arrays.equals(list.key().id(), keyId)
            ? listed(sender, step.path(), ids, list)
            : null);
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

  private Listed fetch(Channel step, PartyId sender, KeyTerms key, Questions questions) {
    byte[] tags =
        Chunks.receive(
            step, sender, SetTags.class, "tag", key.ids(), key.width(), progress::advance);
    TagList list = new TagList(key, tags, 0);
    // Before it is kept: this refuses tags that are not random.
    TagTable table = list.table(sender);
    cache.write(fingerprint, list);
    return new Listed(list, table, questions);
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
