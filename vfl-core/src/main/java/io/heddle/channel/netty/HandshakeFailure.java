// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.error.ProtocolException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What is to be made of a handshake that failed. */
final class HandshakeFailure {
  private HandshakeFailure() {}

  /** Whether the other side is not who it should be, and not just gone. */
  static boolean isVerdict(Throwable why) {
    if (why instanceof SslHandshakeTimeoutException) {
      return false;
    }
    for (Throwable t = why; t != null; t = t.getCause()) {
      if (t instanceof CertificateException || t instanceof NotSslRecordException) {
        return true;
      }
      if (t instanceof IOException && !(t instanceof SSLException)) {
        // The connection broke in the middle of the handshake.
        return false;
      }
    }
    return why instanceof SSLException || why instanceof ProtocolException;
  }

  /** Why TLS failed, for an operator who compares certificates. */
  static String reason(@Nullable Throwable failure) {
    if (failure == null) {
      return "the connection was closed";
    }
    if (failure instanceof NotSslRecordException) {
      return "the other side does not speak TLS";
    }
    Throwable deepest = failure;
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof CertificateException && t.getMessage() != null) {
        return t.getMessage();
      }
      deepest = t;
    }
    return String.valueOf(deepest.getMessage());
  }
}
