// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that was looked at. Holds names, addresses, fingerprints, counts and times; no secret.
 *
 * @param found what there is, in a few words
 * @param fix what to do about it, in one sentence; empty where nothing is to be done
 * @param figures the same for programs, in order; their keys are promised
 */
public record Check(
    Subject subject, Status status, String found, String fix, Map<String, Object> figures) {

  /** How it stands. */
  public enum Status {
    OK,
    /** A job would run, for now. */
    WARNING,
    FAILED,
    /** It could not be looked at, or nobody asked for it. */
    SKIPPED
  }

  /**
   * What is looked at: first this party by itself, then each peer, in this order. The last one is
   * looked at of both.
   */
  public enum Subject {
    LISTEN("listen"),
    KEYS("keys"),
    OWN_CERTIFICATE("certificate"),
    DNS("dns"),
    TCP("tcp"),
    TLS("tls"),
    CERTIFICATES("certificates"),
    LINK_BACK("linkBack"),
    CLOCK("clock"),
    VERSIONS("versions"),
    ROOM("room"),
    BANDWIDTH("bandwidth"),
    IDLE("idle"),
    EXCHANGES("exchanges");

    private final String key;

    Subject(String key) {
      this.key = key;
    }

    /** Its promised name. */
    public String key() {
      return key;
    }
  }

  public Check {
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
  }

  static Check ok(Subject subject, String found) {
    return new Check(subject, Status.OK, found, "", Map.of());
  }

  static Check warning(Subject subject, String found, String fix) {
    return new Check(subject, Status.WARNING, found, fix, Map.of());
  }

  static Check failed(Subject subject, String found, String fix) {
    return new Check(subject, Status.FAILED, found, fix, Map.of());
  }

  static Check skipped(Subject subject, String why) {
    return new Check(subject, Status.SKIPPED, why, "", Map.of());
  }

  /** The same with one more figure. */
  Check with(String key, Object figure) {
    Map<String, Object> more = new LinkedHashMap<>(figures);
    more.put(key, figure);
    return new Check(subject, status, found, fix, more);
  }
}
