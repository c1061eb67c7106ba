// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.shared;

import io.heddle.progress.Progress;

/** Tells rows and tags as ids: as large a share of the own ids as of these. For any threads. */
public final class IdProgress {
  private final Progress progress;
  private final int ids;
  private final long total;
  private long done;

  private IdProgress(Progress progress, int ids, long total) {
    this.progress = progress;
    this.ids = ids;
    this.total = total;
  }

  /**
   * Begins.
   *
   * @param protocol that runs, in a word
   * @param each rows and tags of each partition
   * @param done how many partitions were done before
   */
  public static IdProgress begin(
      Progress progress, String protocol, int ids, long each, int partitions, int done) {
    long left = each * (partitions - done);
    int idsLeft = (int) ((long) ids * (partitions - done) / partitions);
    if (done > 0) {
      progress.note("intersection: " + done + " of " + partitions + " partitions are done");
    }
    progress.begin("intersect ids by " + protocol, idsLeft, "ids");
    return new IdProgress(progress, idsLeft, left);
  }

  /** So many rows or tags more are done. */
  public synchronized void advance(long count) {
    long before = idsDone();
    done += count;
    progress.advance(idsDone() - before);
  }

  private long idsDone() {
    return total == 0 ? 0 : Math.min(ids, (long) ((double) done / total * ids));
  }

  public void end() {
    progress.end();
  }
}
