// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.config.JobConfig.PsiDuplicates;
import io.heddle.config.JobConfig.PsiProtocol;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.error.CheckpointException;
import io.heddle.error.ConfigurationException;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.IntersectionInProcess.Found;
import io.heddle.psi.ecdh.CardinalityReceiver;
import io.heddle.psi.ecdh.CardinalitySender;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.kkrt.KkrtSizes;
import io.heddle.psi.kkrt.TaskOffers;
import io.heddle.psi.oprf.Oprf;
import io.heddle.psi.shared.PsiTerms;
import io.heddle.psi.shared.SharedMessage.SetSize;
import io.heddle.psi.tasks.OwnIds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the rows that all parties have without showing any other id. All parties call the same
 * method, at the same time, with the same receiver and salt, on one step of a session.
 *
 * <p>Every party learns how many ids each of the others has. Secrecy holds against peers that
 * follow the protocol, and with kkrt and rr22, which two parties may run, this matters most: with
 * kkrt a receiver that does not, and knows some dozen of the sender's ids, can test any id. A peer
 * may still put guessed ids into its own set, which is what {@link PsiLimits} bounds. Two runs on
 * sets that differ show the difference. With three or more parties the receiver also learns how
 * many ids each group of parties has in common, and with the help of one of them, or by asking for
 * rows that are not common, which ids these are.
 *
 * <p>Ids are bytes after normalisation, compared as they are; each may stand in a list once. The
 * cost of ecdh is two multiplications on Curve25519 per id and party, that of kkrt some hashes and
 * a hundred bytes, over all cores, that of rr22 some hashes and 32 bytes. (Meadows 1986; Huberman,
 * Franklin, Hogg 1999; Kolesnikov, Kumaresan, Rosulek, Trieu, eprint 2016/799; Raghuraman, Rindal,
 * eprint 2022/320; docs/protocol.md, section 3.)
 */
public final class PrivateSetIntersection {
  private static final byte[] BINDING = "heddle psi binding v1".getBytes(StandardCharsets.US_ASCII);

  private PrivateSetIntersection() {}

  /**
   * The alignment of all parties: each learns which of its rows are common to all. Where the step
   * has ended already, gives the same at once for the same ids, in whatever order they are now.
   *
   * @param step opened by all parties alike
   * @param receiver the party that compares; the label holder in training
   * @param bindingSalt bytes of this session, equal at all parties: points of two sessions are
   *     unrelated
   * @param randomness from this party's own session secret; no peer learns anything of it. A step
   *     that is repeated with it and the same ids, in any order, repeats its messages byte by byte;
   *     other ids meet another scalar and other orders
   * @param ids this party's ids, each once, in any order; may be empty
   * @throws IllegalArgumentException if an id stands twice in the own list
   * @throws ConfigurationException if the limits ask for kkrt or rr22 and it must not run
   * @throws CheckpointException if the step has ended already, with other ids
   * @throws CheckpointException if what was kept of it is of another version
   * @throws io.heddle.error.PrivacyException if a peer brings more ids than the limits allow
   * @throws io.heddle.error.AlignmentException if fewer rows are common than the limits ask, or the
   *     parties' results differ; at all parties
   * @throws io.heddle.error.ProtocolException if a peer does not follow the protocol
   */
  public static Alignment align(
      Channel step,
      PartyId receiver,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      List<byte[]> ids,
      PsiLimits limits,
      Progress progress) {
    OwnRows own = OwnRows.of(ids, PsiDuplicates.REFUSE);
    return align(step, receiver, bindingSalt, randomness, own, limits, progress, null);
  }

  /**
   * The same with ids that are sorted already; by the protocol for a large sender whose side the
   * receiver keeps, if all parties give their means for that.
   *
   * @param own where ids repeat, the result's rows are places in the list of each id once, in the
   *     order in which they first stand; {@link PrivateJoin} makes the table's rows of them
   */
  public static Alignment align(
      Channel step,
      PartyId receiver,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      OwnRows own,
      PsiLimits limits,
      Progress progress,
      @Nullable Oprf oprf) {
    SortedIds sorted = own.sorted();
    Settled settled = Settled.restored(step, sorted);
    if (settled == null) {
      PsiTerms terms = terms(step, bindingSalt, limits, true);
      Found found =
          new IntersectionInProcess(step, receiver, terms, randomness, progress)
              .run(sorted.ids(), oprf);
      return settle(step, receiver, terms, sorted, found);
    }
    return new Alignment(sorted.rows(settled.places()), settled.digest(), settled.protocol());
  }

  /** Compares what was found with the peers, and keeps it. */
  private static Alignment settle(
      Channel step, PartyId receiver, PsiTerms terms, SortedIds sorted, Found found) {
    byte[] digest = digest(terms.binding(), sorted.ids(), found.places());
    AlignmentCheck.run(step, receiver, found.places().length, digest);
    terms.record().end(found.common());
    Settled settled = new Settled(found.places(), digest, found.protocol());
    settled.commit(step, sorted);
    return new Alignment(sorted.rows(settled.places()), settled.digest(), settled.protocol());
  }

  /**
   * The alignment of two parties, by this party's tasks where it has any, kkrt runs in several
   * partitions, and both parties' tasks reach each other's stores; else as {@link #align(Channel,
   * PartyId, byte[], PrivateRandomness, List, PsiLimits, Progress)}, over all ids in this process.
   * Both parties call this one.
   *
   * @throws IllegalArgumentException if there are not two parties
   * @throws RuntimeException as {@link #align} does
   */
  public static FoundRows align(
      Channel step,
      PartyId receiver,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      OwnIds own,
      PsiLimits limits,
      Progress progress) {
    boolean receives = step.self().equals(receiver);
    if (step.peers().size() != 1 || !(receives || step.peers().contains(receiver))) {
      throw new IllegalArgumentException(
          "Invalid receiver " + receiver + ": must be one of two parties");
    }
    PsiTerms terms = terms(step, bindingSalt, limits, true);
    IntersectionInTasks inTasks =
        IntersectionInTasks.of(step, receiver, terms, randomness, own, progress);
    byte[] kept = step.restored();
    if (kept != null && TaskOffers.isKept(kept)) {
      return require(inTasks).goOn(kept);
    }
    if (kept != null) {
      return align(step, receiver, bindingSalt, randomness, own.collect(), limits, progress);
    }
    SortedIds sorted = inTasks == null ? SortedIds.of(own.collect()) : null;
    int count = sorted == null ? require(inTasks).count() : sorted.ids().size();
    PartyId peer = step.peers().first();
    SetSize theirs = terms.exchange(step, peer, count);
    IntersectionInProcess here =
        new IntersectionInProcess(step, receiver, terms, randomness, progress);
    PsiProtocol protocol = here.begin(count, theirs);
    if (protocol == PsiProtocol.KKRT
        && KkrtSizes.hasPartitions(count, theirs.ids(), terms.partitionIds())) {
      boolean can = inTasks != null && inTasks.reaches(theirs.ids());
      if (TaskOffers.agree(step, peer, can)) {
        return require(inTasks).run(theirs.ids());
      }
    }
    if (sorted == null) {
      sorted = require(inTasks).collect();
    }
    Found found = here.runTwo(sorted.ids(), theirs.ids(), protocol);
    return settle(step, receiver, terms, sorted, found);
  }

  private static IntersectionInTasks require(@Nullable IntersectionInTasks inTasks) {
    if (inTasks == null) {
      throw new CheckpointException(
          "The step was begun in tasks, which reach the peer's store no more: set blobs and"
              + " peers.NAME.dial as they were, or begin anew");
    }
    return inTasks;
  }

  /**
   * The common rows for the receiver alone. Of two parties, the sender learns the receiver's set
   * size and whether the run failed; of more, each learns the others' set sizes and how many ids
   * are common to all.
   *
   * @throws RuntimeException as {@link #align} does
   */
  public static Intersection intersect(
      Channel step,
      PartyId receiver,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      List<byte[]> ids,
      PsiLimits limits,
      Progress progress) {
    OwnRows own = OwnRows.of(ids, PsiDuplicates.REFUSE);
    return intersect(step, receiver, bindingSalt, randomness, own, limits, progress, null);
  }

  /**
   * The same with what {@link #align(Channel, PartyId, byte[], PrivateRandomness, OwnRows,
   * PsiLimits, Progress, Oprf)} takes, and such rows in the result.
   */
  public static Intersection intersect(
      Channel step,
      PartyId receiver,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      OwnRows own,
      PsiLimits limits,
      Progress progress,
      @Nullable Oprf oprf) {
    SortedIds sorted = own.sorted();
    Settled settled = Settled.restored(step, sorted);
    if (settled == null) {
      PsiTerms terms = terms(step, bindingSalt, limits, false);
      Found found =
          new IntersectionInProcess(step, receiver, terms, randomness, progress)
              .run(sorted.ids(), oprf);
      byte[] digest = digest(terms.binding(), sorted.ids(), found.places());
      limits.record().end(found.common());
      settled = new Settled(found.places(), digest, found.protocol());
      settled.commit(step, sorted);
    }
    int[] rows = sorted.rows(settled.places());
    Arrays.sort(rows);
    return new Intersection(rows, settled.protocol());
  }

  /**
   * How many rows two parties have in common, for the receiver alone. It does not learn which; the
   * sender learns what {@link #intersect} tells it. By ecdh.
   *
   * @return at the receiver the number of common ids; 0 at the sender
   * @throws IllegalArgumentException if there are not two parties
   * @throws ConfigurationException if the limits ask for another protocol
   * @throws RuntimeException as {@link #align} does
   */
  public static int count(
      Channel step,
      PartyId receiver,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      OwnRows own,
      PsiLimits limits,
      Progress progress) {
    requireTwo(step, receiver, limits.protocol());
    SortedIds sorted = own.sorted();
    boolean receives = step.self().equals(receiver);
    SettledCount settled = SettledCount.restored(step, sorted);
    if (settled == null) {
      PsiTerms terms = terms(step, bindingSalt, limits, false);
      PartyId peer = step.peers().first();
      int theirSize = terms.exchange(step, peer, sorted.ids().size()).ids();
      terms.record().begin(PsiProtocol.ECDH, sorted.ids().size(), peer, theirSize);
      int common = 0;
      if (receives) {
        common =
            new CardinalityReceiver(terms, randomness, progress)
                .run(step, peer, sorted.ids(), theirSize);
      } else {
        new CardinalitySender(terms, randomness, progress).run(step, peer, sorted.ids(), theirSize);
      }
      limits.record().end(receives ? common : -1);
      settled = new SettledCount(common);
      settled.commit(step, sorted);
    }
    return settled.common();
  }

  static void requireTwo(Channel step, PartyId receiver, PsiProtocol protocol) {
    boolean receives = step.self().equals(receiver);
    if (step.peers().size() != 1 || !(receives || step.peers().contains(receiver))) {
      throw new IllegalArgumentException(
          "Invalid receiver " + receiver + ": must be one of two parties");
    }
    if (protocol != PsiProtocol.AUTO && protocol != PsiProtocol.ECDH) {
      throw new ConfigurationException(
          "Invalid psi.protocol = "
              + protocol.word()
              + ": must be auto or ecdh where ids are only counted");
    }
  }

  static PsiTerms terms(Channel step, byte[] bindingSalt, PsiLimits limits, boolean allLearn) {
    MessageDigest sha256 = Sha256.newDigest();
    sha256.update(BINDING);
    sha256.update(ByteBuffer.allocate(4).putInt(bindingSalt.length).array());
    sha256.update(bindingSalt);
    // Two steps of one session are unrelated too.
    byte[] binding = sha256.digest(step.path().getBytes(StandardCharsets.UTF_8));
    return new PsiTerms(
        binding,
        allLearn,
        limits.minIntersection(),
        limits.maxPeerSize(),
        limits.protocol(),
        limits.semiHonest(),
        limits.record(),
        limits.partitionIds());
  }

  private static byte[] digest(byte[] binding, IdList ids, int[] places) {
    MessageDigest sha256 = Sha256.newDigest();
    sha256.update(binding);
    sha256.update(ByteBuffer.allocate(4).putInt(places.length).array());
    ids.select(places).update(sha256);
    return sha256.digest();
  }
}
