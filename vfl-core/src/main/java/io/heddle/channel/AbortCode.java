// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import io.heddle.error.AlignmentException;
import io.heddle.error.ConfigurationException;
import io.heddle.error.DataException;
import io.heddle.error.PeerAbortedException;
import io.heddle.error.PeerIdentityException;
import io.heddle.error.PeerUnavailableException;
import io.heddle.error.PrivacyException;
import io.heddle.error.ProtocolException;

/** Why a party ended a session: all that its peers are told of the cause. */
public enum AbortCode {
  /** A fault that the peers can do nothing about. */
  FAILED(1, "failed"),
  /** The terms differ; the detail is the key. */
  TERMS(2, "was started with different terms"),
  /** The steps differ; the detail is the number of the step, or the key of the term. */
  STEPS(3, "took another step"),
  /** A floor or a privacy rule refuses the job; the detail is the key, if it is a floor. */
  RULE(4, "refuses the job by one of its own rules"),
  /** A message that the protocol does not allow. */
  PROTOCOL(5, "received what the protocol does not allow"),
  /** Its data cannot be used. */
  DATA(6, "cannot use its data"),
  /** The rows are not aligned alike. */
  ALIGNMENT(7, "has rows that are aligned differently"),
  /** It lost a peer. */
  UNAVAILABLE(8, "lost a peer"),
  /** A setting is wrong. */
  CONFIGURATION(9, "has a wrong setting"),
  /**
   * The links that it was dialled are not those that its settings expect; the detail is the key.
   */
  DIALLING(
      10,
      "expects other links from this party: peers.NAME.dial must be " + AbortCode.FITTING_DIALS),
  /** A code of a later version. */
  OTHER(11, "ended the session");

  /** What two parties may have set of who dials the links between them. */
  public static final String FITTING_DIALS = "own at both, or both at one and never at the other";

  private final int number;
  private final String words;

  AbortCode(int number, String words) {
    this.number = number;
    this.words = words;
  }

  int number() {
    return number;
  }

  /** Follows the name of the party in an error. */
  String words() {
    return words;
  }

  static AbortCode of(int number) {
    for (AbortCode code : values()) {
      if (code.number == number) {
        return code;
      }
    }
    return OTHER;
  }

  /**
   * Whether the session cannot be gone on with: the same would come of it again. A party that keeps
   * its sessions on its disk forgets one that ends so, and keeps it otherwise.
   */
  public boolean isFinal() {
    return this != FAILED && this != UNAVAILABLE && this != DIALLING && this != OTHER;
  }

  /**
   * What the other peers are told beside the code: what the one said that ended the session for
   * good, or "".
   */
  public static String detail(Throwable failure) {
    return failure instanceof PeerAbortedException aborted && aborted.isFinal()
        ? aborted.detail()
        : "";
  }

  /**
   * The code that tells a peer about this failure without telling its cause. What one peer said is
   * passed on to the others: any of them may hear of it here first.
   */
  public static AbortCode of(Throwable failure) {
    if (failure instanceof PrivacyException) {
      return RULE;
    }
    if (failure instanceof PeerAbortedException aborted) {
      return aborted.isFinal() ? of(aborted.code()) : UNAVAILABLE;
    }
    if (failure instanceof PeerIdentityException) {
      return UNAVAILABLE;
    }
    if (failure instanceof ProtocolException) {
      return PROTOCOL;
    }
    if (failure instanceof DataException) {
      return DATA;
    }
    if (failure instanceof AlignmentException) {
      return ALIGNMENT;
    }
    if (failure instanceof PeerUnavailableException) {
      return UNAVAILABLE;
    }
    if (failure instanceof ConfigurationException) {
      return CONFIGURATION;
    }
    return FAILED;
  }
}
