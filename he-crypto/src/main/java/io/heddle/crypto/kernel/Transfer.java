// SPDX-License-Identifier: Apache-2.0
package io.heddle.crypto.kernel;

/** A prepared step from one modulus to another: see {@link Modulus#transferFrom}. */
@FunctionalInterface
public interface Transfer {
  /** Takes over residues of the modulus for which this was made. */
  Residues apply(Residues residues);
}
