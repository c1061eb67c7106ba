// SPDX-License-Identifier: Apache-2.0
package io.heddle.checkpoint;

/**
 * How far a journal was.
 *
 * @param records how many records it had
 * @param head the tag of the last one, 32 hex digits
 */
record JournalMark(long records, String head) {}
