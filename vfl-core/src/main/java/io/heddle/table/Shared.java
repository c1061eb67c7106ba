// SPDX-License-Identifier: Apache-2.0
package io.heddle.table;

import java.io.Serializable;

/**
 * A value that kernels may ask for where they run: one that does not ask does not get it, one that
 * asks twice in a process gets it once. As what kernels are given, it must hold nothing secret.
 *
 * @param <A> not to be changed
 */
public interface Shared<A extends Serializable> extends Serializable, AutoCloseable {
  /** The value. */
  A value();

  /** Lets go of it: nobody may ask any more. */
  @Override
  void close();
}
