// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import io.heddle.error.ProtocolException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** What is to be made of a handshake that failed. */
final class HandshakeFailure {
  private static final Pattern BORING =
      Pattern.compile("error:[0-9a-f]+:[^:]*:[^:]*:(?<alert>(SSLV3|TLSV1)_ALERT_)?(?<name>\\w+)");

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
    return plain(String.valueOf(deepest.getMessage()));
  }

  /** BoringSSL's words, such as {@code error:10000416:SSL routines:OPENSSL_internal:NAME}. */
  private static String plain(String message) {
    Matcher boring = BORING.matcher(message);
    if (!boring.matches()) {
      return message;
    }
    String name = boring.group("name").toLowerCase(Locale.ROOT);
    return boring.group("alert") == null ? name.replace('_', ' ') : "Received fatal alert: " + name;
  }
}
