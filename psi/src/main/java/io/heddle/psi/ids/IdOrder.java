// SPDX-License-Identifier: Apache-2.0
package io.heddle.psi.ids;

/**
 * Ids in the order of their bytes, taken as unsigned; one that begins another is before it.
 *
 * @param rows {@code rows[k]} is where the id at place k stands in the list; equal ones as they
 *     stand there. Not copied, not to be changed
 * @param repeated where ids stand that stand further up in the list too, ascending; not to be
 *     changed
 */
public record IdOrder(int[] rows, int[] repeated) {}
