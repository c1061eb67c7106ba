// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

import io.heddle.channel.Message;
import io.heddle.channel.MessageFuzz;
import io.heddle.channel.MessageType;
import io.heddle.train.logistic.LogisticMessage.Declaration;
import io.heddle.train.logistic.LogisticMessage.Direction;
import io.heddle.train.logistic.LogisticMessage.DotProducts;
import io.heddle.train.logistic.LogisticMessage.Floors;
import io.heddle.train.logistic.LogisticMessage.GradientAnswer;
import io.heddle.train.logistic.LogisticMessage.MaskKey;
import io.heddle.train.logistic.LogisticMessage.MaskedGradient;
import io.heddle.train.logistic.LogisticMessage.Opening;
import io.heddle.train.logistic.LogisticMessage.Predictor;
import io.heddle.train.logistic.LogisticMessage.ResidualBlobs;
import io.heddle.train.logistic.LogisticMessage.ResidualChunk;
import io.heddle.train.logistic.LogisticMessage.Step;
import io.heddle.train.logistic.LogisticMessage.Verdict;
import java.math.BigInteger;
import java.util.List;

class LogisticMessageFuzzTest extends MessageFuzz {
  private static final BigInteger[] SCALARS = {
    BigInteger.ONE, BigInteger.TWO.pow(127).negate(), BigInteger.TWO.pow(100)
  };

  @Override
  protected List<MessageType<?>> types() {
    return LogisticMessages.TYPES;
  }

  @Override
  protected List<? extends Message> samples() {
    long[] numbers = {0, 1, -1, Long.MIN_VALUE, 1L << 40};
    return List.of(
        new Floors(1000, new byte[32], 10),
        new MaskKey(new byte[32], 12),
        new Declaration(1000, new byte[32], 12, 100),
        new Opening(new byte[16], new byte[300], 3, 50),
        new ResidualChunk(0, new byte[1024]),
        new ResidualChunk(7, new byte[0]),
        new MaskedGradient(new byte[1024]),
        new GradientAnswer(numbers),
        new GradientAnswer(new long[0]),
        new DotProducts(SCALARS),
        new Direction(true, new double[] {0.5, -1e300, Double.MIN_VALUE}),
        new Direction(false, new double[0]),
        new Predictor(numbers, new BigInteger[] {BigInteger.ZERO, BigInteger.TEN.negate()}),
        new Predictor(new long[600], new BigInteger[0]),
        new Step(0.25, Verdict.CONTINUE),
        new Step(0, Verdict.PASS_LIMIT),
        new ResidualBlobs(0, new byte[1][32]),
        new ResidualBlobs(1_500_000, new byte[][] {new byte[32], Fits.seed()}));
  }
}
