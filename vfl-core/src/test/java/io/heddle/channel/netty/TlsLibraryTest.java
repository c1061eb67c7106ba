// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heddle.error.ConfigurationException;
import io.netty.handler.ssl.OpenSsl;
import java.security.cert.CertificateException;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

class TlsLibraryTest {
  @Test
  void named_each_isThatOne() {
    assertThat(TlsLibrary.named("jdk")).isEqualTo(TlsLibrary.JDK);
    assertThat(TlsLibrary.named("auto"))
        .isEqualTo(OpenSsl.isAvailable() ? TlsLibrary.BORINGSSL : TlsLibrary.JDK);
  }

  @Test
  void named_unknown_saysWhatIsAllowed() {
    assertThatThrownBy(() -> TlsLibrary.named("openssl"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("heddle.tls is 'openssl': must be auto, boringssl or jdk");
  }

  @Test
  void reason_boringSslsWords_areReadable() {
    assertThat(
            reason("error:10000416:SSL routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_UNKNOWN"))
        .isEqualTo("Received fatal alert: certificate_unknown");
    assertThat(reason("error:1000042e:SSL routines:OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION"))
        .isEqualTo("Received fatal alert: protocol_version");
    assertThat(
            reason(
                "error:100000c0:SSL routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE"))
        .isEqualTo("peer did not return a certificate");
    assertThat(reason("an error:1: of something else")).isEqualTo("an error:1: of something else");
  }

  private static String reason(String message) {
    return HandshakeFailure.reason(new SSLException(message));
  }

  @Test
  void refusal_keepsItsWords() {
    CertificateException why = new CertificateException("The certificate has expired");
    assertThat(TlsLibrary.JDK.refusal(why)).isSameAs(why);
    assertThat(TlsLibrary.BORINGSSL.refusal(why)).hasMessage(why.getMessage()).hasCause(why);
  }
}
