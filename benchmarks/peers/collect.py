#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Keeps the peers' figures in one file, and prints them.

    collect.py add FILE PEER CORE LOAD < figures    puts one peer's figures into the file, in place of its old ones
    collect.py table FILE                           prints the file as a table
"""

import json
import os
import sys
from pathlib import Path

UNITS = {"micros": "us", "nanos": "ns"}
# Below it, something else ran on the core for so long that even a minimum of bursts is in doubt.
LEAST_PROCESSOR_SHARE = 0.95


def cpu():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def add(file, peer, core, load):
    everything = json.loads(file.read_text()) if file.exists() else {"peers": {}}
    figures = json.load(sys.stdin)
    figures["load"] = float(load)
    everything |= {"cpu": cpu(), "core": int(core)}
    everything["peers"][peer] = figures
    # Renamed into place: a reader never sees half a file, and an interrupted run does not spoil the others' figures.
    beside = file.with_suffix(".tmp")
    beside.write_text(json.dumps(everything, indent=2) + "\n")
    os.replace(beside, file)


def lines(name, figures):
    """(scheme, operation, wall time, processor time, how) of a peer, or of each of its schemes."""
    if "notMeasured" in figures:
        yield name, "", "not measured", "", figures["notMeasured"]
        return
    for scheme, part in figures.get("schemes", {}).items():
        yield from lines(f"{name} {scheme}", part)
    bits = f", r of {figures['randomnessBits']} bits" if figures.get("randomnessBits") else ""
    for unit, sign in UNITS.items():
        for operation, figure in figures.get(unit, {}).items():
            how = figures.get("how", {}).get(f"{unit}.{operation}", "")
            processor = figures.get("processor", {}).get(unit, {}).get(operation)
            yield (
                name,
                operation,
                f"{figure:,.1f} {sign}",
                "" if processor is None else f"{processor:,.1f} {sign}",
                how + (bits if operation == "encrypt" else ""),
            )


def table(file):
    everything = json.loads(file.read_text())
    print(f"{everything['cpu']}, core {everything['core']}, one thread, least of several bursts: wall time, processor time\n")
    for name, figures in everything["peers"].items():
        share = figures.get("processorShare")
        shared = share is not None and share < LEAST_PROCESSOR_SHARE
        print(f"{figures.get('peer', name)} (load {figures['load']})" + (f", SHARED THE CORE: had {share:.0%} of it" if shared else ""))
        for scheme, operation, wall, processor, how in lines(name, figures):
            print(f"  {scheme:14}  {operation:22} {wall:>14} {processor:>14}  {how}".rstrip())


def main():
    if len(sys.argv) == 6 and sys.argv[1] == "add":
        add(Path(sys.argv[2]), *sys.argv[3:])
    elif len(sys.argv) == 3 and sys.argv[1] == "table":
        table(Path(sys.argv[2]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
