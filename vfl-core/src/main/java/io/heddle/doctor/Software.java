// SPDX-License-Identifier: Apache-2.0
package io.heddle.doctor;

/**
 * Versions of what a party runs, each in at most 64 bytes; public to its peers.
 *
 * @param spark empty if there is none
 */
public record Software(String heddle, String java, String spark) {}
