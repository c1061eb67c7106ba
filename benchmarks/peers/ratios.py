#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints our kernels beside their peers as a Markdown table: ratios.py [--time wall|processor] OURS PEERS

OURS is a flat JSON object of our figures ("micros.paillierAdd": 2.5, ..., "randomnessBits.djn": 1024, "cpu", "jdk", "lanes"), PEERS
what `run` leaves in target/peers/peers.json. A ratio is the peer's time over ours. What was not measured, here or there, is "not
measured" and never a number. A ratio between encryptions with randomness of different length says so: the shorter one does less
work, and rests on another assumption. Where something else ran on a peer's core in every burst, its wall time is above its processor
time and flatters us: such a row is in doubt until it is measured again, or compared by processor time (--time processor; ours
should then be that, too).
"""

import argparse
import json
import math
from dataclasses import dataclass
from pathlib import Path

NOT_MEASURED = "not measured"
# By how much a wall time may be above the processor time before it is in doubt.
MOST_WALL_TIME = 1.05
# Encryption and decryption cost by the length of randomness; nothing else does.
RANDOMISED = {"encrypt", "decrypt"}


@dataclass(frozen=True)
class Row:
    """One comparison; without a target it is for information."""

    what: str
    ours: str
    peer: str
    theirs: str
    target: float | None = None
    scheme: str | None = None


OURSELVES = "ourselves"


def encryption_rows():
    optimised, djn = "optimised", "djn"
    targets = {
        (optimised, "encrypt", "phe"): 100,
        (optimised, "encrypt", "heu ZPaillier"): 8,
        (optimised, "decrypt", "phe"): 10,
        (djn, "encrypt", "heu ZPaillier"): 5,
        (djn, "decrypt", "phe"): 2,
    }
    ours = {
        optimised: ("micros.paillierEncryptOwner", "micros.paillierEncryptPublic", "micros.paillierDecrypt"),
        djn: ("micros.djnEncryptOwner", "micros.djnEncryptPublic", "micros.djnDecrypt"),
    }
    for scheme, keys in ours.items():
        for label, key in zip(("encrypt, key owner", "encrypt, public key", "decrypt"), keys):
            operation = label.split(",")[0]
            for peer in ("phe", "heu ZPaillier", "heu IPCL", "heu OU"):
                # The targets are for the key owner's encryption: it is what a label holder does all day.
                target = None if "public" in label else targets.get((scheme, operation, peer))
                yield Row(f"{label}, {scheme}", key, peer, f"micros.{operation}", target, scheme)


ROWS = [
    Row("4096-bit modular multiplication", "nanos.modMul4096", OURSELVES, "nanos.bigIntegerModMul4096", 12),
    Row("4096-bit modular multiplication", "nanos.modMul4096", "gmp", "nanos.modMul4096", 2),
    Row("2048-bit modular multiplication", "nanos.modMul2048", "gmp", "nanos.modMul2048", 2),
    *encryption_rows(),
    *(Row("ciphertext + ciphertext", "micros.paillierAdd", peer, "micros.add") for peer in ("phe", "heu ZPaillier", "heu IPCL", "heu OU")),
    Row("histogram, per cell", "nanos.histogramCell", "phe", "nanos.histogramCell", 3),
    Row("histogram, per cell", "nanos.histogramCell", "heu ZPaillier", "nanos.histogramCell", 2.7),
    Row("histogram, per cell", "nanos.histogramCell", "heu OU", "nanos.histogramCell"),
    Row("histogram by joint buckets, per cell", "nanos.histogramCellJoint", "phe", "nanos.histogramCell", 5),
    Row("histogram by joint buckets, per cell", "nanos.histogramCellJoint", "heu ZPaillier", "nanos.histogramCell", 5),
    Row("histogram by joint buckets, per cell", "nanos.histogramCellJoint", "heu OU", "nanos.histogramCell"),
    Row("X^T d, per row and feature", "micros.gradientCell", "phe", "micros.gradientCell"),
    Row("X^T d, per row and feature", "micros.gradientCell", "heu ZPaillier", "micros.gradientCell", 20),
    Row("X^T d, per row and feature", "micros.gradientCell", "heu IPCL", "micros.gradientCell"),
    Row("X^T d, per row and feature", "micros.gradientCell", "heu OU", "micros.gradientCell"),
    Row("X25519", "micros.x25519", OURSELVES, "micros.jdkX25519", 6),
    Row("X25519", "micros.x25519", "openssl", "micros.x25519", 1.4),
    Row("X25519", "micros.x25519", "sodium", "micros.x25519"),
]

NAMES = {
    "gmp": "GMP",
    "openssl": "OpenSSL",
    "sodium": "libsodium",
    "phe": "phe + gmpy2",
    "heu ZPaillier": "HEU ZPaillier",
    "heu IPCL": "HEU IPCL",
    "heu OU": "HEU OU (another scheme)",
}


def is_figure(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) and value > 0


def positive(value):
    """The figure, or nothing where there is none: a zero or a null is no measurement."""
    return value if is_figure(value) else None


def peer_of(peers, name):
    """A peer's figures, with those of one of its schemes if the name has one; empty if it was not measured."""
    peer, _, scheme = name.partition(" ")
    figures = peers["peers"].get(peer, {})
    if scheme:
        figures = {**figures, **figures.get("schemes", {}).get(scheme, {"notMeasured": "no such scheme"})}
    return {} if "notMeasured" in figures else figures


def their_times(row, ours, peer):
    """Wall and processor time of the peer; ours has one time only."""
    if row.peer == OURSELVES:
        return dict.fromkeys(("wall", "processor"), positive(ours.get(row.theirs)))
    unit, name = row.theirs.split(".")
    return {time: positive(part.get(unit, {}).get(name)) for time, part in (("wall", peer), ("processor", peer.get("processor", {})))}


def with_unit(figure, key):
    if figure is None:
        return NOT_MEASURED
    return f"{figure:,.{1 if figure < 1000 else 0}f} {'us' if key.startswith('micros') else 'ns'}"


def cells(row, ours, peers, time):
    peer = {} if row.peer == OURSELVES else peer_of(peers, row.peer)
    times = their_times(row, ours, peer)
    mine, theirs = positive(ours.get(row.ours)), times[time]
    name = {"nanos.bigIntegerModMul4096": "BigInteger", "micros.jdkX25519": "JDK"}[row.theirs] if row.peer == OURSELVES else NAMES[row.peer]

    randomness, unequal = "", False
    if row.theirs.partition(".")[2] in RANDOMISED:
        lengths = [ours.get(f"randomnessBits.{row.scheme}"), peer.get("randomnessBits")]
        # A length that nobody knows is not an equal one.
        unequal = not is_figure(lengths[0]) or lengths[0] != lengths[1]
        randomness = " / ".join(f"{length}" if is_figure(length) else "?" for length in lengths) + " bits"

    target = "" if row.target is None else f">= {row.target:g}x"
    if mine is None or theirs is None:
        ratio, verdict, randomness = NOT_MEASURED, NOT_MEASURED if target else "", randomness if theirs else ""
    else:
        # Rounded down, so that a missed target never reads as a met one.
        ratio = f"{math.floor(theirs / mine * 100) / 100:,.2f}x" + (", unequal length" if unequal else "")
        shared = time == "wall" and (times["processor"] is None or theirs > MOST_WALL_TIME * times["processor"])
        verdict = "" if not target else "in doubt: shared core" if shared else "met" if theirs / mine >= row.target else "MISSED"
    return [row.what, with_unit(mine, row.ours), name, with_unit(theirs, row.theirs), ratio, target, verdict, randomness]


def main():
    parser = argparse.ArgumentParser(description="Prints our kernels beside their peers as a Markdown table.")
    parser.add_argument("--time", choices=["wall", "processor"], default="wall", help="which of the peers' times; default %(default)s")
    parser.add_argument("ours", type=Path)
    parser.add_argument("peers", type=Path)
    options = parser.parse_args()
    ours, peers = json.loads(options.ours.read_text()), json.loads(options.peers.read_text())

    print(f"Ours: {ours.get('cpu', 'unknown CPU')}, JDK {ours.get('jdk', '?')}, {ours.get('lanes', '?')} lanes. ", end="")
    print(f"Peers: {peers.get('cpu', 'unknown CPU')}, one thread on core {peers.get('core', '?')}, {options.time} time.")
    if ours.get("cpu") != peers.get("cpu"):
        print("The two name different CPUs: ratios hold within one machine only.")
    for name, figures in peers["peers"].items():
        share = f", had {figures['processorShare']:.0%} of its core" if "processorShare" in figures else ""
        why = f": {NOT_MEASURED}, {figures['notMeasured']}" if "notMeasured" in figures else ""
        print(f"- {figures.get('peer', name)}, load {figures.get('load', '?')}{share}{why}")
    print()
    head = ["operation, 2048-bit key", "ours", "peer", "peer's", "ratio", "target", "", "randomness, ours / peer's"]
    for line in (head, ["--"] * len(head), *(cells(row, ours, peers, options.time) for row in ROWS)):
        print(f"| {' | '.join(line)} |")


if __name__ == "__main__":
    main()
