// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.kkrt;

import io.heddle.channel.Channel;
import java.util.ArrayList;
import java.util.List;

/**
 * What the peer has put into this party's store: it stays until this party has committed twice, for
 * after a crash it may have to go on from the commit before the last one.
 */
final class PassingBlobs {
  private final Channel channel;
  private List<byte[]> taken = new ArrayList<>();
  private List<byte[]> before = List.of();

  PassingBlobs(Channel channel) {
    this.channel = channel;
  }

  void take(byte[][] digests) {
    taken.addAll(List.of(digests));
  }

  void committed() {
    channel.dropBlobs(before);
    before = taken;
    taken = new ArrayList<>();
  }
}
