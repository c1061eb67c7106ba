// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.logistic;

/** What a fit leaves at one party. */
public record LogisticFit(LogisticModelPart part, FitSummary summary) {}
