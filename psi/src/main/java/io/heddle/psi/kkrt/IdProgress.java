// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.progress.Progress;

/** Tells rows and tags as ids: as large a share of the own ids as of these. For any threads. */
final class IdProgress {
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
   * @param done how many partitions were done before
   */
  static IdProgress begin(Progress progress, int ids, Partitions partitions, int done) {
    long each = (long) partitions.bins() + (long) KkrtSizes.HASHES * partitions.senderIds();
    long left = each * (partitions.count() - done);
    int idsLeft = (int) ((long) ids * (partitions.count() - done) / partitions.count());
    if (done > 0) {
      progress.note("intersection: " + done + " of " + partitions.count() + " partitions are done");
    }
    progress.begin("intersect ids by kkrt", idsLeft, "ids");
    return new IdProgress(progress, idsLeft, left);
  }

  synchronized void advance(long count) {
    long before = idsDone();
    done += count;
    progress.advance(idsDone() - before);
  }

  private long idsDone() {
    return total == 0 ? 0 : Math.min(ids, (long) ((double) done / total * ids));
  }

  void end() {
    progress.end();
  }
}
