// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bodies that need not outlive the process, in a bounded part of its memory, under the names that
 * their files would have. Safe for several threads.
 */
final class BlobMemory {
  private final int mostBytes;
  private final Map<Path, byte[]> bodies = new HashMap<>();
  private int bytes;

  /**
   * @param mostBytes 0 keeps nothing
   */
  BlobMemory(int mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Place for a body, counted from now on; null if there is none. */
  synchronized byte @Nullable [] reserve(int length) {
    if (length >= mostBytes - bytes) {
      return null;
    }
    bytes += length;
    return new byte[length];
  }

  /**
   * Keeps a body in its place.
   *
   * @return false if there is one under this name, so that this place is not needed
   */
  synchronized boolean keep(Path name, byte[] body) {
    return bodies.putIfAbsent(name, body) == null;
  }

  synchronized void release(byte[] body) {
    bytes -= body.length;
  }

  synchronized byte @Nullable [] get(Path name) {
    return bodies.get(name);
  }

  synchronized byte @Nullable [] remove(Path name) {
    byte[] body = bodies.remove(name);
    if (body != null) {
      bytes -= body.length;
    }
    return body;
  }

  /** Removes all that lie in a directory. */
  synchronized List<byte[]> removeAll(Path directory) {
    List<byte[]> removed = new ArrayList<>();
    for (Iterator<Map.Entry<Path, byte[]>> all = bodies.entrySet().iterator(); all.hasNext(); ) {
      Map.Entry<Path, byte[]> one = all.next();
      if (directory.equals(one.getKey().getParent())) {
        bytes -= one.getValue().length;
        removed.add(one.getValue());
        all.remove();
      }
    }
    return removed;
  }
}
