// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi;

import io.heddle.channel.Channel;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.Sha256;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ecdh.EcdhReceiver;
import io.heddle.psi.ecdh.EcdhRing;
import io.heddle.psi.ecdh.EcdhSender;
import io.heddle.psi.ecdh.EcdhTerms;
import io.heddle.psi.oprf.Oprf;
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
 * follow the protocol; a peer may still put guessed ids into its own set, which is what {@link
 * PsiLimits} bounds. Two runs on sets that differ show the difference. With three or more parties
 * the receiver also learns how many ids each group of parties has in common, and with the help of
 * one of them, or by asking for rows that are not common, which ids these are.
 *
 * <p>Ids are bytes after normalisation, compared as they are; each may stand in a list once. The
 * cost is two multiplications on Curve25519 per id and party, over all cores. (Meadows 1986;
 * Huberman, Franklin, Hogg 1999; docs/protocol.md, section 3.)
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
   * @throws io.heddle.error.CheckpointException if the step has ended already, with other ids
   * @throws io.heddle.error.CheckpointException if what was kept of it is of another version
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
    return align(step, receiver, bindingSalt, randomness, ids, limits, progress, null);
  }

  /**
   * The same, by the protocol for a large sender whose side the receiver keeps, if all parties give
   * their means for that.
   */
  public static Alignment align(
      Channel step,
      PartyId receiver,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      List<byte[]> ids,
      PsiLimits limits,
      Progress progress,
      @Nullable Oprf oprf) {
    SortedIds sorted = SortedIds.of(ids);
    Settled settled = Settled.restored(step, sorted);
    if (settled == null) {
      EcdhTerms terms = terms(step, bindingSalt, limits, true);
      int[] places = run(step, receiver, terms, randomness, sorted, progress, oprf);
      byte[] digest = digest(terms.binding(), sorted.ids(), places);
      AlignmentCheck.run(step, receiver, places.length, digest);
      settled = new Settled(places, digest);
      settled.commit(step, sorted);
    }
    return new Alignment(sorted.rows(settled.places()), settled.digest());
  }

  /**
   * The common rows for the receiver alone. Of two parties, the sender learns the receiver's set
   * size and whether the run failed; of more, each learns the others' set sizes and how many ids
   * are common to all.
   *
   * @return at the receiver the indices of its common ids, ascending; empty at the others
   * @throws RuntimeException as {@link #align} does
   */
  public static int[] intersect(
      Channel step,
      PartyId receiver,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      List<byte[]> ids,
      PsiLimits limits,
      Progress progress) {
    return intersect(step, receiver, bindingSalt, randomness, ids, limits, progress, null);
  }

  /** The same, by the protocol for a large sender whose side the receiver keeps. */
  public static int[] intersect(
      Channel step,
      PartyId receiver,
      byte[] bindingSalt,
      PrivateRandomness randomness,
      List<byte[]> ids,
      PsiLimits limits,
      Progress progress,
      @Nullable Oprf oprf) {
    SortedIds sorted = SortedIds.of(ids);
    Settled settled = Settled.restored(step, sorted);
    if (settled == null) {
      EcdhTerms terms = terms(step, bindingSalt, limits, false);
      int[] places = run(step, receiver, terms, randomness, sorted, progress, oprf);
      settled = new Settled(places, digest(terms.binding(), sorted.ids(), places));
      settled.commit(step, sorted);
    }
    int[] rows = sorted.rows(settled.places());
    Arrays.sort(rows);
    return rows;
  }

  private static int[] run(
      Channel step,
      PartyId receiver,
      EcdhTerms terms,
      PrivateRandomness randomness,
      SortedIds sorted,
      Progress progress,
      @Nullable Oprf oprf) {
    boolean receives = step.self().equals(receiver);
    if (step.peers().isEmpty() || !(receives || step.peers().contains(receiver))) {
      throw new IllegalArgumentException(
          "Invalid receiver " + receiver + ": must be one of two or more parties");
    }
    List<byte[]> ids = sorted.ids();
    if (oprf != null) {
      return oprf.run(step, receiver, terms, randomness, ids, progress);
    }
    if (step.peers().size() > 1) {
      return new EcdhRing(terms, randomness, progress).run(step, receiver, ids);
    }
    return receives
        ? new EcdhReceiver(terms, randomness, progress).run(step, step.peers().first(), ids)
        : new EcdhSender(terms, randomness, progress).run(step, receiver, ids);
  }

  private static EcdhTerms terms(
      Channel step, byte[] bindingSalt, PsiLimits limits, boolean allLearn) {
    MessageDigest sha256 = Sha256.newDigest();
    sha256.update(BINDING);
    sha256.update(ByteBuffer.allocate(4).putInt(bindingSalt.length).array());
    sha256.update(bindingSalt);
    // Two steps of one session are unrelated too.
    byte[] binding = sha256.digest(step.path().getBytes(StandardCharsets.UTF_8));
    return new EcdhTerms(binding, allLearn, limits.minIntersection(), limits.maxPeerSize());
  }

  private static byte[] digest(byte[] binding, List<byte[]> ids, int[] places) {
    MessageDigest sha256 = Sha256.newDigest();
    sha256.update(binding);
    sha256.update(ByteBuffer.allocate(4).putInt(places.length).array());
    for (int place : places) {
      byte[] id = ids.get(place);
      sha256.update(ByteBuffer.allocate(4).putInt(id.length).array());
      sha256.update(id);
    }
    return sha256.digest();
  }
}
