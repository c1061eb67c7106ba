// SPDX-License-Identifier: Apache-2.0
package io.heddle.vole;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.vole.VoleMessage.NoiseProducts;
import io.heddle.vole.VoleMessage.TreeSums;
import java.util.List;

class VoleMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return VoleMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new NoiseProducts(new byte[NoiseProducts.BYTES]),
        new TreeSums(new byte[TreeSums.bytes(1)]),
        new TreeSums(new byte[TreeSums.bytes(4)]));
  }
}
