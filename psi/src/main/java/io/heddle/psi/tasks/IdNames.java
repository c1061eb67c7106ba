// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.tasks;

import java.io.Serializable;

/** What common ids are called; by the order of their names stand those of a partition. */
public interface IdNames extends Serializable {
  byte[] name(byte[] id);
}
