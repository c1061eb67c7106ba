// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.oprf;

import io.heddle.channel.Channel;
import io.heddle.checkpoint.OwnDirectory;
import io.heddle.config.JobConfig;
import io.heddle.config.PartyConfig;
import io.heddle.crypto.PrivateRandomness;
import io.heddle.crypto.curve25519.Curve25519;
import io.heddle.crypto.curve25519.FullPoints;
import io.heddle.identity.Identity;
import io.heddle.party.PartyId;
import io.heddle.progress.Progress;
import io.heddle.psi.ids.IdList;
import io.heddle.psi.shared.PsiTerms;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One party's side of intersections between a small receiver and a large sender whose tags the
 * receiver keeps: the first run costs the sender one multiplication for each of its ids, each later
 * one on the same set one for each of the receiver's, and the receiver two before it asks.
 *
 * <p>A run shows what {@code ecdh} shows, and that the sender's set is still the same or another
 * one. Holds against peers that follow the protocol; a receiver that does not learns no more than
 * it could by asking for other ids, which the quota bounds. (docs/protocol.md, section 3.8.)
 */
public final class Oprf {
  // What the compiler needs to see before it compiles the arithmetic for good.
  private static final int WARM_UP_POINTS = 1024;
  private static final int WARM_UP_PORTION = 128;
  private static final String STEP = "oprf";

  private final PartyConfig.Oprf settings;
  private final byte[] fileKey;
  private final Function<PartyId, String> fingerprints;
  private final InstantSource clock;
  private final OwnDirectory directory;
  private OprfReceiver.@Nullable Prepared prepared;
  private @Nullable OprfFigures figures;

  /**
   * @param fileKey 32 bytes that only this party can make again; seal its keys on the disk
   * @param fingerprints those of the peers, {@code sha256:} and 64 hexadecimal digits
   * @throws io.heddle.error.ConfigurationException if others may use the directory
   * @throws io.heddle.error.CheckpointException if there is none and it cannot be made
   */
  public Oprf(
      PartyConfig.Oprf settings,
      byte[] fileKey,
      Function<PartyId, String> fingerprints,
      InstantSource clock) {
    this.settings = settings;
    this.fileKey = fileKey.clone();
    this.fingerprints = fingerprints;
    this.clock = clock;
    directory = OwnDirectory.open(settings.directory());
  }

  /**
   * As a party's configuration describes it; null if the job asks for another protocol.
   *
   * @param identity this party's; asked for only if it is needed
   */
  public static @Nullable Oprf of(JobConfig job, PartyConfig config, Supplier<Identity> identity) {
    if (job.psi().protocol() != JobConfig.PsiProtocol.ECDH_OPRF) {
      return null;
    }
    if (!config.party().equals(job.psi().receiver())) {
      warmUp();
    }
    return new Oprf(
        config.oprf(),
        identity.get().derive("heddle psi oprf files v1"),
        peer -> Objects.requireNonNull(config.peers().get(peer), peer.name()).fingerprint(),
        InstantSource.system());
  }

  /**
   * Multiplies points that nobody needs while this party's table is read: a receiver that has asked
   * waits for answers, and a process's first points take several times as long.
   */
  private static void warmUp() {
    Thread thread =
        new Thread(
            () -> {
              byte[] points = new byte[WARM_UP_PORTION * Curve25519.POINT_BYTES];
              for (int i = 0; i < WARM_UP_PORTION; i++) {
                System.arraycopy(
                    FullPoints.basePoint(),
                    0,
                    points,
                    i * Curve25519.POINT_BYTES,
                    Curve25519.POINT_BYTES);
              }
              byte[] scalar = Curve25519.scalarOf(new byte[Curve25519.POINT_BYTES]);
              for (int done = 0; done < WARM_UP_POINTS; done += WARM_UP_PORTION) {
                points = FullPoints.multiplyAll(scalar, points, count -> {});
              }
            },
            "warms up the curve");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Makes ready what needs no peer, for the next run: the digest of the own ids, and at a receiver
   * that has kept tags their table and the questions.
   *
   * @param path of the step that {@link #run} will get
   * @param receives whether this party is the receiver
   * @param peer the other party
   * @param randomness that of the run's session
   * @param ids each once, in byte order, as {@link #run} will get them
   */
  public void prepare(
      String path,
      boolean receives,
      PartyId peer,
      PrivateRandomness randomness,
      List<byte[]> ids,
      Progress progress) {
    if (receives) {
      prepared = receiver(peer, randomness, progress).prepare(peer, path + "/" + STEP, ids);
    } else {
      // Kept with the ids: a sender's key is found by it.
      byte[] unused = IdList.of(ids).digest();
    }
  }

  private OprfReceiver receiver(PartyId peer, PrivateRandomness randomness, Progress progress) {
    return new OprfReceiver(
        randomness, new TagCache(directory, clock), fingerprints.apply(peer), progress);
  }

  /**
   * Runs this party's role with the other one.
   *
   * @param step of which this opens a narrower one
   * @param ids each once, in byte order
   * @return the indices of the common ids, in the alignment's order; none at a sender that does not
   *     learn them
   * @throws IllegalArgumentException if there are more than two parties, or this one is the
   *     receiver and has prepared for another step or other ids
   */
  public int[] run(
      Channel step,
      PartyId receiver,
      PsiTerms terms,
      PrivateRandomness randomness,
      List<byte[]> ids,
      Progress progress) {
    if (step.peers().size() != 1) {
      throw new IllegalArgumentException("Invalid number of parties: must be two");
    }
    PartyId peer = step.peers().first();
    Channel own = step.step(STEP);
    OprfReceiver.Prepared before = prepared;
    // For one run only: to another session its questions would show that they are the same.
    prepared = null;
    OprfReceiver.Result result =
        step.self().equals(receiver)
            ? receiver(peer, randomness, progress).run(own, peer, terms, ids, before)
            : new OprfSender(
                    terms,
                    randomness,
                    new SenderKeys(directory, fileKey, settings, clock),
                    fingerprints.apply(peer),
                    progress)
                .run(own, peer, ids);
    figures = result.figures();
    return result.rows();
  }

  /** Of the last run; null if there was none. */
  public @Nullable OprfFigures figures() {
    return figures;
  }
}
