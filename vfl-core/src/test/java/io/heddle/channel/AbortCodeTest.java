// SPDX-License-Identifier: Apache-2.0
package io.heddle.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.heddle.error.VflException;
import io.heddle.party.PartyId;
import org.junit.jupiter.api.Test;

class AbortCodeTest {
  private static final PartyId RETAILER = new PartyId("retailer");

  private static VflException said(AbortCode code, String detail) {
    return InboundLink.describe(RETAILER, new Frames.Abort("0".repeat(64), code.number(), detail));
  }

  @Test
  void of_peerEndedForGood_isPassedOnWithItsDetail() {
    for (AbortCode code : AbortCode.values()) {
      VflException ended = said(code, "tol");
      assertThat(AbortCode.of(ended)).isEqualTo(code.isFinal() ? code : AbortCode.UNAVAILABLE);
      assertThat(AbortCode.detail(ended)).isEqualTo(code.isFinal() ? "tol" : "");
    }
  }

  @Test
  void of_ownFailure_tellsNoDetail() {
    VflException own = new VflException("row 17 has a secret");
    assertThat(AbortCode.of(own)).isEqualTo(AbortCode.FAILED);
    assertThat(AbortCode.detail(own)).isEmpty();
  }
}
