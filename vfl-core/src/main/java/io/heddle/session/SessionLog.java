// SPDX-License-Identifier: Apache-2.0
package io.heddle.session;

import io.heddle.channel.Envelope;
import io.heddle.channel.ExchangeStart;
import io.heddle.channel.ExchangeStart.Run;
import io.heddle.channel.MessageCodec;
import io.heddle.channel.MessageKey;
import io.heddle.channel.WireReader;
import io.heddle.channel.WireWriter;
import io.heddle.checkpoint.BlobStore;
import io.heddle.checkpoint.Checkpoint;
import io.heddle.checkpoint.CheckpointStore;
import io.heddle.checkpoint.Inbox;
import io.heddle.checkpoint.Journal;
import io.heddle.checkpoint.Journal.Direction;
import io.heddle.checkpoint.Platform;
import io.heddle.config.PartyConfig;
import io.heddle.crypto.Randomness;
import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.ProtocolException;
import io.heddle.identity.Identity;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one party keeps on its disk of one session, so that the same command goes on with it after a
 * crash, to the very bytes that it would have sent without one: what it drew before anything left
 * it; the last commit; all it has received since; and the digest of all it has sent.
 *
 * <p>A party is a function of these. Started again it takes up its last commit, receives again what
 * it had received, and so sends again what it had sent; the peers drop what they have. A peer may
 * forget a message once this party has given credit for it, and that comes after the message is on
 * the disk here. So parties need not agree on a commit, and any number of them may crash at once.
 * (Pessimistic message logging: Elnozahy, Alvisi, Wang, Johnson, ACM Computing Surveys 34-3, 2002.)
 *
 * <p>Closing it closes its store. Safe for use by several threads.
 */
public final class SessionLog implements AutoCloseable {
  private static final int VERSION = 1;

  private final CheckpointStore store;
  private final SessionTerms terms;
  private final byte[] agreed;
  private final MessageCodec codec;
  private final String settings;
  private final Kept kept;
  private final boolean again;
  private final List<String> notes = new ArrayList<>();
  private final Journal journal;
  private final Inbox inbox;
  private final List<Envelope> unforced = new ArrayList<>();
  private final List<MessageKey> unreleased = new ArrayList<>();
  private long unforcedBytes;
  private long commit;
  private final AtomicLong commits = new AtomicLong();
  private final AtomicLong keptBytes = new AtomicLong();
  private boolean dropped;

  /** The body of a commit. */
  private record Kept(SessionSecrets secrets, boolean published, @Nullable SessionState state) {
    void write(byte[] terms, MessageCodec codec, WireWriter out) {
      out.writeByte(VERSION);
      out.writeString(secrets.run().id());
      out.writeInt(secrets.run().start());
      out.writeRaw(secrets.secret());
      out.writeRaw(secrets.nonce());
      out.writeBytes(terms);
      out.writeBoolean(published);
      out.writeBoolean(state != null);
      if (state != null) {
        state.write(codec, out);
      }
    }
  }

  private SessionLog(
      CheckpointStore store,
      SessionTerms terms,
      MessageCodec codec,
      String settings,
      Kept kept,
      @Nullable Checkpoint last) {
    this.store = store;
    this.terms = terms;
    WireWriter words = new WireWriter();
    terms.write(words);
    agreed = words.toByteArray();
    this.codec = codec;
    this.settings = settings;
    this.kept = kept;
    again = last != null;
    commit = last == null ? 0 : last.number();
    journal = store.journal(kept.secrets().run().id());
    // The number of this start is on the disk before a peer hears of it.
    write(kept);
    inbox = store.inbox();
    if (last != null) {
      SessionState state = kept.state();
      notes.add(
          "goes on "
              + (state == null ? "" : "with session " + state.id().substring(0, 8) + " ")
              + "from commit "
              + commit
              + " ("
              + store.directory()
              + ")");
      if (last.damage() != null) {
        notes.add("a newer commit could not be used: " + last.damage());
      }
    }
  }

  /**
   * That of a job, as a party's configuration describes it.
   *
   * @param command what is run, such as {@code train}
   * @param job the file that all parties hold; with command and party it is what makes a command
   *     the same one
   * @param data where this party's rows are
   * @param fresh forgets a session that was broken off
   * @return null if the party keeps nothing
   * @throws CheckpointException as {@link #open}, or if a running process uses the store
   * @throws io.heddle.error.ConfigurationException if the directory cannot be used
   */
  public static @Nullable SessionLog ofJob(
      PartyConfig party,
      Identity identity,
      String command,
      Path job,
      String data,
      SessionTerms terms,
      MessageCodec codec,
      boolean fresh) {
    if (!party.checkpoints().keep()) {
      return null;
    }
    CheckpointStore store =
        CheckpointStore.open(
            party.checkpoints().directory(),
            identity,
            utf8(command),
            utf8(party.party().name()),
            utf8(job.toAbsolutePath().normalize().toString()));
    if (fresh) {
      store.drop();
    }
    return open(store, terms, codec, utf8(data + "\n" + party.resultSettings()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Takes up the session that a store keeps, or begins one. One that has not got as far as a
   * session id makes way for another if terms or settings have changed.
   *
   * @param store of this job; closed with the log, and where this method fails
   * @param codec of all messages that the job may send
   * @param settings what the result depends on of this party's own settings
   * @throws CheckpointException if terms, settings, processor or Java have changed since, which it
   *     names, or the store cannot be used
   */
  public static SessionLog open(
      CheckpointStore store, SessionTerms terms, MessageCodec codec, byte[] settings) {
    return open(store, terms, codec, settings, SessionSecrets::draw);
  }

  /** The same, where a session begins with secrets that were not drawn for it alone. */
  static SessionLog open(
      CheckpointStore store,
      SessionTerms terms,
      MessageCodec codec,
      byte[] settings,
      Supplier<SessionSecrets> secrets) {
    boolean opened = false;
    try {
      SessionLog log =
          take(store, terms, codec, HexFormat.of().formatHex(Sha256.of(settings)), secrets);
      opened = true;
      return log;
    } finally {
      if (!opened) {
        store.close();
      }
    }
  }

  private static SessionLog take(
      CheckpointStore store,
      SessionTerms terms,
      MessageCodec codec,
      String settings,
      Supplier<SessionSecrets> secrets) {
    Checkpoint last = store.newest();
    if (last != null) {
      byte[] body = last.bytes();
      try {
        WireReader in = new WireReader(body);
        SessionSecrets own = readSecrets(in);
        SessionTerms before = SessionTerms.read(new WireReader(in.readBytes(Integer.MAX_VALUE)));
        boolean published = in.readBoolean();
        boolean agreed = in.readBoolean();
        String change = change(last, before, terms, settings);
        if (change == null) {
          SessionState state = agreed ? SessionState.read(codec, in) : null;
          Kept again = new Kept(own.again(), published, state);
          return new SessionLog(store, terms, codec, settings, again, last);
        }
        if (agreed) {
          throw new CheckpointException(
              "The checkpoint in "
                  + store.directory()
                  + " is of another job: "
                  + change
                  + ". Change it back to go on, or begin anew with --fresh, which the peers must do as well");
        }
      } catch (ProtocolException e) {
        throw new CheckpointException(
            "The checkpoint in " + store.directory() + " was written by another version", e);
      } finally {
        Arrays.fill(body, (byte) 0);
      }
      store.drop();
    }
    Kept fresh = new Kept(secrets.get(), false, null);
    return new SessionLog(store, terms, codec, settings, fresh, null);
  }

  private static SessionSecrets readSecrets(WireReader in) {
    if (in.readByte() != VERSION) {
      throw new ProtocolException("Another version");
    }
    return new SessionSecrets(
        new Run(in.readString(SessionState.MAX_TEXT_BYTES), in.readInt()),
        in.readRaw(SessionSecrets.SECRET_BYTES),
        in.readRaw(SessionSecrets.NONCE_BYTES));
  }

  /** What is not as it was; null if all is. */
  private static @Nullable String change(
      Checkpoint last, SessionTerms before, SessionTerms now, String settings) {
    Difference terms = Difference.between(before, now);
    if (terms != null) {
      return terms.key() + " was " + terms.own() + ", now it is " + terms.theirs();
    }
    if (!before.floors().equals(now.floors())) {
      return "this party's floors were " + before.floors() + ", now they are " + now.floors();
    }
    if (!last.data().equals(settings)) {
      return "its data file, or its own settings data.*, privacy.*, gbt.* or peers.*.semi-honest, are others than before";
    }
    String platform = last.platform().difference(Platform.current());
    return platform == null ? null : "it was made on another " + platform;
  }

  /** How the exchange of this party starts. */
  public ExchangeStart start() {
    SessionState state = kept.state();
    if (!again) {
      return ExchangeStart.first(kept.secrets().run());
    }
    return new ExchangeStart(
        kept.secrets().run(),
        state == null ? new TreeMap<>() : state.peers(),
        state == null ? null : state.id(),
        this::receivedDigest);
  }

  /**
   * Where large messages of this job lie, also after a crash; the caller closes it before the log.
   *
   * @param quotaBytes how much it may hold
   * @throws CheckpointException if the directory cannot be used
   */
  public BlobStore blobs(long quotaBytes) {
    return store.blobs(quotaBytes);
  }

  /** Whether the session began before this process. */
  public boolean isAgain() {
    return again;
  }

  /** Whether the results are in their place already, and only peers may need something. */
  public boolean isPublished() {
    return kept.published();
  }

  /** The id of the session that is gone on with; null if it is not known yet. */
  public @Nullable String session() {
    SessionState state = kept.state();
    return state == null ? null : state.id();
  }

  /** What the operator should know of how it was opened. */
  public List<String> notes() {
    return List.copyOf(notes);
  }

  /**
   * What {@link Session#privateRandomness} of the session gives, before there is one: for what a
   * party makes ready until its peers are there.
   */
  public Randomness privateRandomness(String purpose, byte[]... context) {
    return kept.secrets().randomness(purpose, context);
  }

  SessionTerms terms() {
    return terms;
  }

  SessionSecrets secrets() {
    return kept.secrets();
  }

  /** How far the session was; null if its parties had not agreed on an id. */
  @Nullable SessionState state() {
    return kept.state();
  }

  private synchronized byte @Nullable [] receivedDigest(MessageKey key) {
    String text = text(key);
    if (dropped) {
      // A peer may repeat itself to a party that is about to leave, and has forgotten the session.
      return journal.digest(Direction.RECEIVED, text);
    }
    byte[] digest = inbox.digest(text);
    if (digest == null) {
      return journal.digest(Direction.RECEIVED, text);
    }
    return isEndBefore(key, text) ? null : digest;
  }

  /** A peer's last word: it must not forget that, and leave, before this party's own end. */
  private boolean isEndBefore(MessageKey key, String text) {
    SessionState state = kept.state();
    if (!key.step().equals(MessageKey.CONTROL) || (state != null && state.finished())) {
      return false;
    }
    Inbox.Received received = inbox.find(text);
    return received != null && received.typeId() == SessionMessages.FINISH;
  }

  /** A message that was received since the last commit; null if it has to be waited for. */
  synchronized @Nullable Envelope find(MessageKey key) {
    if (!again) {
      return null;
    }
    Inbox.Received received = inbox.find(text(key));
    return received == null
        ? null
        : new Envelope(key, received.typeId(), received.digest(), received.body());
  }

  /** Keeps a message; it is on the disk after {@link #force}. */
  synchronized void received(Envelope envelope) {
    inbox.append(text(envelope.key()), envelope.typeId(), envelope.digest(), envelope.body());
    keptBytes.addAndGet(envelope.body().length);
    unforced.add(envelope);
    unforcedBytes += envelope.body().length;
  }

  /**
   * As {@link #received} of a message that {@link #find} has given: the crash may have come before
   * the journal had it, and the inbox is gone two commits later, when its sender may repeat it.
   */
  synchronized void receivedAgain(Envelope envelope) {
    if (journal.digest(Direction.RECEIVED, text(envelope.key())) == null) {
      unforced.add(envelope);
      unforcedBytes += envelope.body().length;
    }
  }

  /** How often this process has kept the session. */
  long commits() {
    return commits.get();
  }

  /** How much this process has written, before encryption. */
  long keptBytes() {
    return keptBytes.get();
  }

  /** How much has been received that may not be on the disk yet. */
  synchronized long unforcedBytes() {
    return unforcedBytes;
  }

  synchronized boolean isBehind() {
    return !unforced.isEmpty();
  }

  /**
   * Keeps the digest of a message; it is on the disk after {@link #force}.
   *
   * @throws CheckpointException if before a crash another body was sent under the key
   */
  synchronized void sending(Envelope envelope) {
    journal.record(Direction.SENT, text(envelope.key()), envelope.digest());
  }

  /**
   * Has everything on the disk.
   *
   * @return the messages that now are, and were not
   */
  synchronized List<MessageKey> force() {
    keep();
    List<MessageKey> forced = List.copyOf(unreleased);
    unreleased.clear();
    return forced;
  }

  private void keep() {
    // In this order: what the journal has is in the inbox, or lies before the last commit.
    inbox.force();
    for (Envelope envelope : unforced) {
      journal.record(Direction.RECEIVED, text(envelope.key()), envelope.digest());
      unreleased.add(envelope.key());
    }
    journal.force();
    unforced.clear();
    unforcedBytes = 0;
  }

  /** The next commit: from here on what was received before is not needed. */
  synchronized void commit(SessionState state) {
    // The inbox goes two commits later; that a message was received is known as long as the log.
    keep();
    commit++;
    write(new Kept(kept.secrets(), false, state));
  }

  /** The results are in their place: only peers may still need something of this party. */
  synchronized void published(SessionState state) {
    commit++;
    write(new Kept(kept.secrets(), true, state));
  }

  private void write(Kept now) {
    WireWriter body = new WireWriter();
    now.write(agreed, codec, body);
    byte[] bytes = body.toByteArray();
    commits.incrementAndGet();
    keptBytes.addAndGet(bytes.length);
    store.commit(
        commit, HexFormat.of().formatHex(Sha256.of(agreed)), settings, out -> out.write(bytes));
    Arrays.fill(bytes, (byte) 0);
  }

  /** Forgets the session: it is done, or cannot go on. */
  public synchronized void drop() {
    dropped = true;
    store.drop();
  }

  @Override
  public synchronized void close() {
    store.close();
  }

  /** All of a key in one text; no part has a space. */
  private static String text(MessageKey key) {
    return String.join(
        " ",
        key.session(),
        key.step(),
        Integer.toString(key.attempt()),
        key.from().name(),
        key.to().name(),
        Integer.toString(key.number()));
  }
}
