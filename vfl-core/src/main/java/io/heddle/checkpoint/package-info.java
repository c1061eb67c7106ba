// SPDX-License-Identifier: Apache-2.0
/**
 * What a party keeps on its own disk so that the same command goes on after a crash.
 *
 * <p>One directory (mode 0700) for each job, named by the SHA-256 of what makes two commands the
 * same: four bytes of length and the bytes, for each part. In it (each file mode 0600):
 *
 * <ul>
 *   <li>{@code commit-N}: the state after commit N, of which the two newest are kept;
 *   <li>{@code inbox-N}: the messages that came in after commit N, one for each commit;
 *   <li>{@code journal}: which body went out or came in under which message key;
 *   <li>{@code blobs/}: bodies of large messages, each in a file of its own;
 *   <li>{@code lock}: empty, locked by the process that uses the directory; it is never deleted;
 *   <li>{@code .NAME.RANDOM.tmp}: a file being written, or left by a crash and removed at the next
 *       opening.
 * </ul>
 *
 * <p>Numbers are big-endian. Every file has a key of its own: HKDF-SHA256 (RFC 5869) over the
 * PKCS#8 form of the identity key gives the job's key, that one gives one key for commits, one for
 * inboxes and one for the journal, and each of these with the file's random salt the file's. No two
 * files share a key, so nonces only have to differ within a file. The cipher is AES-256-GCM with
 * nonces of 12 and tags of 16 bytes. A file is written under another name, forced to the disk,
 * renamed, and the directory forced; then only the journal and the newest inbox grow.
 *
 * <p>The fields below that are called session tell one session of the job from every other one. A
 * party chooses them before it has met its peers, so they need not be the id that all agree on.
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
 *                  32  session
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
 *     44     32  session
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
 * <p>An inbox:
 *
 * <pre>
 * offset  bytes
 *      0      8  HEDDLEIN in ASCII
 *      8      4  format version, 1
 *     12     32  salt
 *     44     32  session
 *     76      8  number of the commit, the N of the file's name
 *     84     16  tag of no plaintext, with bytes 0 to 84 as associated data, nonce of 12 zeros
 *    100      -  records
 * </pre>
 *
 * <p>A record:
 *
 * <pre>
 * offset  bytes
 *      0      4  L, the length of the content: 66 to 83,886,146
 *      4     12  nonce, random
 *     16      -  the content in pieces, numbered from 0: each 4,096 bytes of it encrypted, then a
 *                tag; only the last one is shorter. The content:
 *                   2  type of the message
 *                  32  SHA-256 of the message key in UTF-8
 *                  32  SHA-256 of the body
 *                L-66  body
 *
 * nonce of a piece: the record's, its last 4 bytes XORed with the piece's number
 * associated data of a piece: 8 bytes number of the record, from 0; 4 bytes L; 16 bytes tag of the
 *                piece before, of the header before the first one
 * </pre>
 *
 * <p>The nonces are random for the same reason as the journal's: a record that is cut off makes
 * room for another one of the same number. All of an inbox is checked at opening, and the first
 * record that ends too early or of which any bit is another one is cut off with everything behind
 * it: a crash before {@link io.heddle.checkpoint.Inbox#force} returned can leave anything there.
 * Nothing says how long an inbox was. An empty one is on the disk before its commit, so a commit is
 * refused as damaged if its inbox is missing or has another header. A message is given out only
 * after all of its record has been checked again.
 *
 * <p>A blob lies in a directory for its session; both names are 32 hex digits of SHA-256 over a key
 * and what they stand for:
 *
 * <pre>
 * offset  bytes
 *      0      8  HEDDLEBL in ASCII
 *      8      4  format version, 1
 *     12     32  salt
 *     44      4  length of the body
 *     48     16  tag of no plaintext, with bytes 0 to 48 as associated data, nonce as a commit's, 0, 0
 *     64      -  the body in segments, as a commit's
 * </pre>
 *
 * <p>Its key hangs on the salt and on its name, so no file passes for another one.
 *
 * <p>A commit forces the journal and the inbox before it, and both inboxes are kept as long as
 * their commits: a party that goes on from the older commit finds in them all that came in since.
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
 *   <li>Someone who can cut off records at the end of an inbox, or change a bit in it: the party
 *       asks its peers again for the messages from there on, and cannot go on if they have
 *       forgotten them. It never takes another message for one of them: the journal knows what came
 *       in.
 *   <li>Someone who has the disk and the identity key: deleted files may still be on the disk, and
 *       they hold the secrets of ended sessions.
 *   <li>What the fields in the clear, the lengths, the times and the number of records show: which
 *       session, how far, on which kind of machine, how large a state and each message that came
 *       in.
 * </ul>
 */
@NullMarked
package io.heddle.checkpoint;

import org.jspecify.annotations.NullMarked;
