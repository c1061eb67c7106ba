// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * On what a checkpoint was computed: the last bits of {@code Math.exp} and the like may be others
 * elsewhere, so that the same step, done again, would not give the same bytes.
 *
 * @param arch the processor, {@code os.arch}
 * @param vm the name of the Java VM
 * @param version the version of the Java VM
 */
public record Platform(String arch, String vm, String version) {
  /** Of this process. */
  public static Platform current() {
    return new Platform(property("os.arch"), property("java.vm.name"), property("java.vm.version"));
  }

  private static String property(String name) {
    return Objects.requireNonNullElse(System.getProperty(name), "unknown");
  }

  /** What the other has differently, for an error; null if they are alike. */
  public @Nullable String difference(Platform other) {
    if (!arch.equals(other.arch)) {
      return "processor " + arch + ", now " + other.arch;
    }
    if (!vm.equals(other.vm) || !version.equals(other.version)) {
      return "Java VM " + vm + " " + version + ", now " + other.vm + " " + other.version;
    }
    return null;
  }
}
