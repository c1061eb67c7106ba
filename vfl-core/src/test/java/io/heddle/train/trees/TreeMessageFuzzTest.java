// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.train.trees.TreeMessage.Descent;
import io.heddle.train.trees.TreeMessage.GradientBlobs;
import io.heddle.train.trees.TreeMessage.GradientChunk;
import io.heddle.train.trees.TreeMessage.NodeSums;
import io.heddle.train.trees.TreeMessage.SplitBits;
import io.heddle.train.trees.TreeMessage.SplitChoices;
import io.heddle.train.trees.TreeMessage.TreeRows;
import io.heddle.train.trees.TreeMessage.TreesAgreed;
import io.heddle.train.trees.TreeMessage.TreesDeclaration;
import io.heddle.train.trees.TreeMessage.TreesKept;
import io.heddle.train.trees.TreeMessage.TreesOpening;
import java.util.List;

class TreeMessageFuzzTest extends MessageFuzz {
  @Override
  protected List<MessageType<?>> types() {
    return TreeMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    return List.of(
        new TreesOpening(1000, new byte[32], new byte[16], new byte[300]),
        new TreesDeclaration(1000, new byte[32], 640, 12),
        new TreesAgreed(1, 20, 1),
        new TreesAgreed(2, 0, 10),
        new GradientChunk(0, new byte[1024]),
        new GradientChunk(7, new byte[0]),
        new GradientBlobs(0, 8 * 1024 * 512, new byte[8][32]),
        new GradientBlobs(16, 512, new byte[1][32]),
        new NodeSums(
            new int[] {2, 0, 1},
            new int[] {4, 9, 1},
            new boolean[] {true, false, false, true, true, true},
            new byte[512]),
        new NodeSums(new int[0], new int[0], new boolean[0], new byte[0]),
        new SplitChoices(new int[] {0, 3}, new int[] {12, 0}),
        new SplitChoices(new int[0], new int[0]),
        new SplitBits(new byte[] {1, -1, 0}),
        new SplitBits(new byte[0]),
        new Descent(
            new byte[] {Descent.ENDED, Descent.LEFT_IS_SMALLER, Descent.RIGHT_IS_SMALLER},
            new byte[] {5, 7, -128}),
        new Descent(new byte[0], new byte[0]),
        new TreeRows(new byte[] {1, 0, -1}),
        new TreeRows(new byte[0]),
        new TreesKept(12, 9));
  }
}
