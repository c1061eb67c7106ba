// SPDX-License-Identifier: Apache-2.0
package io.heddle.train.trees;

/** What a fit leaves at one party. */
public record TreesFit(TreesModelPart part, TreesSummary summary) {}
