// SPDX-License-Identifier: Apache-2.0
/**
 * What a party keeps on its own disk so that the same command goes on after a crash.
 *
 * <p>One directory (mode 0700) for each job, named by the SHA-256 of what makes two commands the
 * same: four bytes of length and the bytes, for each part. In it (each file mode 0600):
 *
 * <ul>
 *   <li>{@code commit-N}: the state after commit N, of which the two newest are kept;
 *   <li>{@code journal}: which body went out or came in under which message key;
 *   <li>{@code lock}: empty, locked by the process that uses the directory; it is never deleted;
 *   <li>{@code .NAME.RANDOM.tmp}: a file being written, or left by a crash and removed at the next
 *       opening.
 * </ul>
 *
 * <p>Numbers are big-endian. Every file has a key of its own: HKDF-SHA256 (RFC 5869) over the
 * PKCS#8 form of the identity key gives the job's key, that one gives one key for commits and one
 * for the journal, and each of these with the file's random salt the file's. No two files share a
 * key, so nonces only have to differ within a file. The cipher is AES-256-GCM with nonces of 12 and
 * tags of 16 bytes. A file is written under another name, forced to the disk, renamed, and the
 * directory forced.
 *
 * <p>A commit:
 *
 * <pre>
 * offset  bytes
 *      0      8  HEDDLECP in ASCII
 *      8      4  format version, 1
 *     12      4  F, the length of the fields
 *     16     32  salt
 *     48      F  fields, in the clear:
 *                  32  session id
 *                   8  number of the commit, the N of the file's name
 *                  32  digest of the agreed terms
 *                  32  digest of the party's own data
 *                   8  records of the journal when the commit was made
 *                  16  tag of the last one; of the journal's header if there was none
 *                   3  texts as of java.io.DataOutput.writeUTF: os.arch, java.vm.name,
 *                      java.vm.version
 *   48+F     16  tag of no plaintext, with bytes 0 to 48+F as associated data, nonce as below, 0, 0
 *   64+F      -  the body in segments, numbered from 1: each 4,096 bytes of it encrypted, then
 *                a tag; only the last one is shorter, and only that of an empty body is empty
 *
 * nonce: 7 zeros, 4 bytes number of the segment, 1 byte that is 1 for the last segment and else 0
 * </pre>
 *
 * <p>(The construction is STREAM of Hoang, Reyhanitabar, Rogaway and Vizar, Crypto 2015: no segment
 * can be changed, moved, doubled or left out, and the file neither cut nor extended.)
 *
 * <p>A journal is made of blocks of 128 bytes, which never span two sectors of a disk. The first:
 *
 * <pre>
 * offset  bytes
 *      0      8  HEDDLEJN in ASCII
 *      8      4  format version, 1
 *     12     32  salt
 *     44     32  session id
 *     76     36  zeros
 *    112     16  tag of no plaintext, with bytes 0 to 112 as associated data, nonce of 12 zeros
 * </pre>
 *
 * <p>Every other one is a record:
 *
 * <pre>
 * offset  bytes
 *      0     12  nonce, random
 *     12    100  encrypted:
 *                   1  0 sent, 1 received
 *                  32  SHA-256 of the message key in UTF-8
 *                  32  SHA-256 of the body
 *                  35  zeros
 *    112     16  tag, with associated data: 8 bytes number of the record, from 0, and the 16 bytes
 *                tag of the block before
 * </pre>
 *
 * <p>At opening, the first block behind the newest commit's mark that is too short or all zeros is
 * cut off with everything behind it: a crash before {@link io.heddle.checkpoint.Journal#force}
 * returned leaves that, as a disk may take blocks in any order. This is no weaker than to cut off
 * the last block only: whoever can put zeros into a block could as well cut the file there.
 * Anything else that does not fit is refused, and so is a journal that is not so far as the commit
 * says.
 *
 * <p>What it does not hold off:
 *
 * <ul>
 *   <li>Someone who can put back an older copy of the <em>whole</em> directory. It is consistent in
 *       itself, so nothing here tells. The party then goes on from an older commit without the
 *       records since, and may answer one question in two ways. The peers' commit numbers show it
 *       only if they are further ahead than a crash can explain, that is by more than one. The same
 *       goes for records at the end of the journal that no commit counts yet: they can be cut off
 *       whole. So no copy of the directory may be restored while its session lives: drop it, and
 *       another session begins with other secrets.
 *   <li>Someone who has the disk and the identity key: deleted files may still be on the disk, and
 *       they hold the secrets of ended sessions.
 *   <li>What the fields in the clear, the lengths, the times and the number of records show: which
 *       session, how far, on which kind of machine, how large a state.
 * </ul>
 */
@NullMarked
package io.heddle.checkpoint;

import org.jspecify.annotations.NullMarked;
