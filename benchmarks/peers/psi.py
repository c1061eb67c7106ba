#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `heddle psi --local` beside peers' intersections, turn by turn, and prints the ratios. `psi` starts it.

Each contender gets the same two tables and is a process per party on loopback. A peer's clock runs from when both its parties have
loaded their libraries until both have ended; Heddle's from the command line, so that its JVMs' starts, compiling included, count against
it, and so does what the command does before. Processor time is that of all processes and threads, as the kernel has it. A peer
is told to use one thread per party; Heddle is left as a user starts it.

Bytes are what a contender counts itself, and beside them what the loopback interface carried meanwhile, TCP's headers
included: anything else that uses it then counts as well. A byte per item is one per row of both tables.
"""

import argparse
import json
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OUT = ROOT / "target" / "peers"
NOT_MEASURED = "not measured"
MIB = 1 << 20


class NotMeasured(Exception):
    """A contender is not here, or did not come to an end."""


@dataclass(frozen=True)
class Tables:
    """A table of each party, and how many of their ids are in both."""

    rows: int
    receiver: Path
    sender: Path
    common: int


@dataclass(frozen=True)
class Contender:
    name: str
    kind: str
    protocol: str
    # Beyond it the peer takes too long to tell anything more.
    most_rows: int | None = None


@dataclass
class Runs:
    figures: list[dict] = field(default_factory=list)
    not_measured: str | None = None


PEERS = {
    "kkrt": Contender("SecretFlow KKRT", "secretflow", "kkrt"),
    "rr22": Contender("SecretFlow RR22", "secretflow", "rr22"),
    "ecdh-25519": Contender("SecretFlow ECDH, 25519", "secretflow", "ecdh-25519", 1 << 18),
    "ecdh-elligator2": Contender("SecretFlow ECDH, Elligator 2", "secretflow", "ecdh-elligator2", 1 << 18),
    "openmined": Contender("OpenMined ECDH, P-256", "openmined", "ecdh", 1 << 18),
}
MODULES = {"secretflow": "spu", "secretflow-unbalanced": "spu", "openmined": "private_set_intersection"}
# One line of a table of results: (label, how it is written, key).
MEASURES = [("wall", "{:,.2f} s", "wallSeconds"), ("CPU", "{:,.2f} s", "cpuSeconds"), ("memory per party", "{:,.0f} MiB", "memoryMiB")]
BYTES = [("own count", "{:,.1f}", "bytesPerItem"), ("on loopback", "{:,.1f}", "loopbackBytesPerItem")]


# ------------------------------------------------------------------------------------------------------------------ tables


def tables(rows, seed):
    """The tables of this size and seed; made once. Half of each one's ids are in the other, in another order."""
    folder = OUT / "psi"
    folder.mkdir(parents=True, exist_ok=True)
    common = rows // 2
    made = Tables(rows, folder / f"receiver-{rows}-{seed}.csv", folder / f"sender-{rows}-{seed}.csv", common)
    if not (made.receiver.exists() and made.sender.exists()):
        draw = random.Random(f"{rows} {seed}")
        ids = set()
        while len(ids) < 2 * rows - common:
            ids.add(f"{draw.getrandbits(128):032x}")
        # A set's order is not the seed's.
        ids = sorted(ids)
        draw.shuffle(ids)
        for path, own in ((made.receiver, ids[:rows]), (made.sender, ids[rows - common :])):
            own = own[:]
            draw.shuffle(own)
            beside = path.with_suffix(".tmp")
            with open(beside, "w") as out:
                out.write("id,value\n")
                out.writelines(f"{name},{draw.randrange(10**6)}\n" for name in own)
            os.replace(beside, path)
    return made


# --------------------------------------------------------------------------------------------------------------------- runs


def loopback_bytes():
    """What the loopback interface has carried, or nothing where the kernel does not tell."""
    try:
        lines = Path("/proc/net/dev").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split(":")[1].split()[8]) for line in lines if line.strip().startswith("lo:")), None)


def ended(process):
    """Waits for a process, and tells its code and what it and its own children used."""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage


def last_line(path):
    lines = [line for line in path.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def run_heddle(protocol, data, folder):
    figures = folder / "heddle.json"
    arguments = ["psi", "--local", "--protocol", protocol, "--receiver", data.receiver, "--sender", data.sender, "--id", "id"]
    command = [str(word) for word in [ROOT / "bin" / "heddle", *arguments, "--out", folder / "common.csv", "--json", figures]]
    with open(folder / "heddle.log", "w") as log:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        code, usage = ended(process)
        wall = time.perf_counter() - began
    if code != 0:
        said = [line for line in (folder / "heddle.log").read_text().splitlines() if line.startswith("heddle: ")]
        raise NotMeasured(f"code {code}: {said[-1].removeprefix('heddle: ') if said else last_line(folder / 'heddle.log')}")
    told = json.loads(figures.read_text())
    with open(folder / "common.csv") as lines:
        written = sum(1 for _ in lines) - 1
    return {
        "wallSeconds": wall,
        "cpuSeconds": usage.ru_utime + usage.ru_stime,
        "partiesCpuSeconds": sum(told["cpuSeconds"].values()),
        "memoryMiB": max(told["peakMemoryMiB"].values()),
        "bytes": told["bytes"]["total"],
        "rows": [told["rows"]["receiver"], told["rows"]["sender"]],
        "intersections": [told["rows"]["intersection"], written],
    }


def free_ports():
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        return [first.getsockname()[1], second.getsockname()[1]]


def run_peer(contender, python, data, folder):
    ports = [str(port) for port in free_ports()]
    environment = os.environ | {"YACL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    parties = []
    try:
        for rank, table in enumerate((data.receiver, data.sender)):
            command = [python, Path(__file__).with_name("psi_party.py"), contender.kind, contender.protocol, rank, *ports, table, folder / f"{rank}.csv"]
            with open(folder / f"{rank}.log", "w") as log:
                parties.append(
                    subprocess.Popen(
                        [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, env=environment, cwd=folder, text=True
                    )
                )
        for rank, party in enumerate(parties):
            if party.stdout.readline() != "loaded\n":
                raise NotMeasured(f"it does not load: {last_line(folder / f'{rank}.log')}")
        began = time.perf_counter()
        for party in parties:
            party.stdin.write("go\n")
            party.stdin.close()
        usages = []
        for rank, party in enumerate(parties):
            code, usage = ended(party)
            if code != 0:
                raise NotMeasured(f"party {rank} ended with code {code}: {last_line(folder / f'{rank}.log')}")
            usages.append(usage)
        wall = time.perf_counter() - began
    finally:
        for party in parties:
            if party.returncode is None:
                party.kill()
                party.wait()
    told = [json.loads(party.stdout.read()) for party in parties]
    counted = [figures["bytesSent"] for figures in told if "bytesSent" in figures]
    return {
        "wallSeconds": wall,
        "cpuSeconds": sum(usage.ru_utime + usage.ru_stime for usage in usages) - sum(figures["loadingCpuSeconds"] for figures in told),
        "memoryMiB": max(usage.ru_maxrss for usage in usages) / 1024,
        "bytes": sum(counted) if len(counted) == len(told) else None,
        "rows": [figures["rows"] for figures in told],
        "intersections": [figures["intersection"] for figures in told if "intersection" in figures],
    }


def require_installed(contender, python):
    module = MODULES[contender.kind]
    found = f"import importlib.util, sys; sys.exit(importlib.util.find_spec('{module}') is None)"
    if not Path(python).exists() or subprocess.run([python, "-c", found], check=False).returncode != 0:
        raise NotMeasured("not installed: benchmarks/peers/setup psi says why")


def measure(contender, python, data):
    if contender.most_rows is not None and data.rows > contender.most_rows:
        raise NotMeasured(f"only up to {contender.most_rows:,} rows")
    if contender.kind != "heddle":
        require_installed(contender, python)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="heddle-peers-") as name:
        folder = Path(name)
        before = loopback_bytes()
        figures = run_heddle(contender.protocol, data, folder) if contender.kind == "heddle" else run_peer(contender, python, data, folder)
        after = loopback_bytes()
    items = sum(figures["rows"])
    if figures["rows"] != [data.rows, data.rows] or any(count != data.common for count in figures["intersections"]):
        raise AssertionError(
            f"{contender.name} found {figures['intersections']} common ids in {figures['rows']} rows: there are {data.common:,} in {data.rows:,}"
        )
    figures["bytesPerItem"] = None if figures["bytes"] is None else figures["bytes"] / items
    figures["loopbackBytesPerItem"] = None if before is None or after is None else (after - before) / items
    return figures | {"load": load}


def measure_size(contenders, rows, repetitions, seed, python):
    data = tables(rows, seed)
    runs = {contender: Runs() for contender in contenders}
    for repetition in range(repetitions):
        for contender, kept in runs.items():
            if kept.not_measured is not None:
                continue
            print(f"peers: {rows:,} rows, {repetition + 1} of {repetitions}, {contender.name} ...", file=sys.stderr, flush=True)
            try:
                kept.figures.append(measure(contender, python, data))
            except NotMeasured as reason:
                print(f"peers: {contender.name}: {reason}", file=sys.stderr)
                kept.not_measured = str(reason)
    return runs


# ------------------------------------------------------------------------------------------------------------------- report


def column(runs, key):
    """A figure's values over all repetitions; none where one is missing, for a repetition without it is no repetition."""
    values = [] if runs.not_measured is not None else [figures.get(key) for figures in runs.figures]
    return [] if not values or any(value is None for value in values) else values


def of_runs(runs, key, form):
    values = column(runs, key)
    return f"{form.format(min(values))} ({form.format(statistics.median(values))})" if values else NOT_MEASURED


def ratio(ours, theirs, key):
    mine, its = column(ours, key), column(theirs, key)
    # A zero is no measurement.
    if not mine or not its or min(its) <= 0:
        return NOT_MEASURED
    return f"{min(mine) / min(its):.2f} ({statistics.median(mine) / statistics.median(its):.2f})"


def row(*cells):
    print(f"| {' | '.join(str(cell) for cell in cells)} |")


def report(everything, cpu):
    print(f"{cpu}, {len(os.sched_getaffinity(0))} cores. The least of all repetitions, in brackets their median. Heddle with its JVMs' starts,")
    print("the peers without Python's. Ratios are Heddle's figure over the peer's: below 1 Heddle takes less.")
    for rows, runs in everything.items():
        loads = [figures["load"] for kept in runs.values() for figures in kept.figures]
        print(f"\n## {rows:,} rows each" + (f", load {min(loads):.1f} to {max(loads):.1f}" if loads else "") + "\n")
        row("", *(name for name, _, _ in MEASURES), *(f"bytes per item, {name}" for name, _, _ in BYTES), "runs")
        row(*["--"] * (len(MEASURES) + len(BYTES) + 2))
        for contender, kept in runs.items():
            how = f"{NOT_MEASURED}: {kept.not_measured}" if kept.not_measured is not None else len(kept.figures)
            row(contender.name, *(of_runs(kept, key, form) for _, form, key in [*MEASURES, *BYTES]), how)
        print()
        row("Heddle / peer", "", *(name for name, _, _ in MEASURES), *(f"bytes, {name}" for name, _, _ in BYTES))
        row(*["--"] * (len(MEASURES) + len(BYTES) + 2))
        for contender, kept in runs.items():
            if contender.kind == "heddle":
                for peer, theirs in runs.items():
                    if peer.kind != "heddle":
                        row(contender.name, peer.name, *(ratio(kept, theirs, key) for _, _, key in [*MEASURES, *BYTES]))


def cpu_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return "unknown"


def keep(everything, cpu, file):
    peers = {
        str(rows): {
            contender.name: {"notMeasured": kept.not_measured} if kept.not_measured is not None else {"runs": kept.figures}
            for contender, kept in runs.items()
        }
        for rows, runs in everything.items()
    }
    beside = file.with_suffix(".tmp")
    beside.write_text(json.dumps({"cpu": cpu, "rows": peers}, indent=2) + "\n")
    os.replace(beside, file)


def positive(text):
    if not re.fullmatch(r"[1-9][0-9]*", text):
        raise argparse.ArgumentTypeError(f"must be a number above 0, not '{text}'")
    return int(text)


def even(text):
    if positive(text) % 2:
        raise argparse.ArgumentTypeError(f"must be even, as half of the rows are common, not '{text}'")
    return int(text)


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/peers/psi", description="Measures heddle psi --local beside peers, and prints ratios.")
    parser.add_argument("--rows", nargs="+", type=even, default=[1 << 16, 1 << 18, 1 << 20], help="rows of each table; default %(default)s")
    parser.add_argument("--protocols", nargs="*", default=["ecdh", "kkrt"], help="Heddle's; default %(default)s")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS), metavar="PEER", help=f"some of {', '.join(PEERS)}; default all")
    parser.add_argument("--repetitions", type=positive, default=3, help="of each, in turn; default %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="of the tables; default %(default)s")
    options = parser.parse_args()
    contenders = [Contender(f"Heddle {name}", "heddle", name) for name in options.protocols] + [PEERS[name] for name in options.peers]
    cpu = cpu_name()
    everything = {}
    try:
        # What has been measured stays, should a later size take longer than anybody waits.
        for rows in options.rows:
            everything[rows] = measure_size(contenders, rows, options.repetitions, options.seed, str(OUT / "venv-psi" / "bin" / "python"))
            keep(everything, cpu, OUT / "psi.json")
    except AssertionError as wrong:
        sys.exit(f"peers: {wrong}")
    report(everything, cpu)


if __name__ == "__main__":
    main()
