#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures our boosted trees beside SecretFlow's SGB, turn by turn, and prints the ratios. `trees` starts it.

Both get the same two tables, whose rows are aligned, and train the same number of trees of the same depth on as many bins; the
feature holder is asked in every tree. Each party is a process of its own, on a processor core of its own, and speaks to the other over
loopback: Heddle by TLS 1.3, SecretFlow, in its production mode without Ray, by gRPC without TLS. The clock of training runs from when both
have their libraries, their tables and the key to when the last tree is done; what comes before is counted apart. Processor time is that of
all threads of both processes, Java's compiler included.

Bytes are what the loopback interface carried from the start of the processes to their end, TCP's headers included: anything else that
uses it then counts as well.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from psi import NOT_MEASURED, OUT, ROOT, NotMeasured, Runs, cpu_name, free_ports, loopback_bytes, of_runs, positive, ratio, row

VENV = OUT / "venv-trees" / "bin" / "python"
KEY_BITS = 2048
PARTIES = ("label-holder", "feature-holder")
STARTING = ("start", "table", "connect", "key", "setUp")


@dataclass(frozen=True)
class Contender:
    name: str
    # The library's name of its scheme; none for ours.
    schema: str | None = None
    # Our name of it; none for theirs.
    scheme: str | None = None


HEDDLE = Contender("Heddle, Paillier", scheme="paillier")
HEDDLE_OU = Contender("Heddle, OU", scheme="okamoto-uchiyama")
OURS = (HEDDLE, HEDDLE_OU)
PEERS = {
    "zpaillier": Contender("SecretFlow SGB, ZPaillier", "zpaillier"),
    "ou": Contender("SecretFlow SGB, OU (another scheme)", "ou"),
}
# One line of a table of results: (label, how it is written, key).
MEASURES = [
    ("wall per tree", "{:,.2f} s", "wallPerTree"),
    ("CPU per tree", "{:,.2f} s", "cpuPerTree"),
    ("wall per tree after the first", "{:,.2f} s", "laterWallPerTree"),
    ("start, wall", "{:,.1f} s", "startWallSeconds"),
    ("start, CPU", "{:,.1f} s", "startCpuSeconds"),
    ("memory per party", "{:,.0f} MiB", "memoryMiB"),
    ("loopback per tree", "{:,.1f} MB", "loopbackMBPerTree"),
    ("AUC, training rows", "{:.4f}", "auc"),
]
RATIOS = MEASURES[:3]


# --------------------------------------------------------------------------------------------------------------------- runs


def first_rows(tables, rows, folder):
    """Both tables, or the first rows of them."""
    if rows is None:
        return tables
    made = []
    for table in tables:
        with open(table) as lines, open(folder / table.name, "w") as out:
            for _, line in zip(range(rows + 1), lines):
                out.write(line)
        made.append(folder / table.name)
    return made


def same_rows(tables):
    """Whether both have the same ids in the same order."""
    with open(tables[0]) as one, open(tables[1]) as other:
        pairs = list(zip_longest((line.split(",")[0] for line in one), (line.split(",")[0] for line in other)))
    return all(mine == theirs for mine, theirs in pairs)


def later(trees):
    return statistics.mean(tree for tree in trees[1:]) if len(trees) > 1 else None


def run_heddle(contender, options, depth, tables, folder):
    words = {
        "label-holder": tables[0],
        "feature-holder": tables[1],
        "trees": options.trees,
        "depth": depth,
        "bins": options.bins,
        "step-size": options.step_size,
        "key-bits": KEY_BITS,
        "scheme": contender.scheme,
        "pinned": "no" if options.shared_cores else "yes",
    }
    command = [str(ROOT / "benchmarks" / "run"), "--trees", *(str(word) for name, value in words.items() for word in (f"--{name}", value))]
    with open(folder / "heddle.log", "w") as log:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=log, text=True, check=False)
    if done.returncode != 0:
        raise NotMeasured(f"code {done.returncode}: {why(folder / 'heddle.log')}")
    told = json.loads(done.stdout)
    parties = [told[party] for party in PARTIES]
    grown = told["trees"]
    return {
        "trees": grown,
        "wallPerTree": told["trainingSeconds"] / grown,
        "cpuPerTree": told["trainingCpuSeconds"] / grown,
        "laterWallPerTree": later([tree["seconds"] for tree in parties[0]["trees"]]),
        "startWallSeconds": sum(parties[0][phase]["seconds"] for phase in STARTING),
        "startCpuSeconds": sum(party[phase]["cpuSeconds"] for party in parties for phase in STARTING if phase in party),
        "memoryMiB": max(party["peakMemoryMiB"] for party in parties),
        "auc": told["auc"],
        "ourBytesPerTree": told["bytesInTraining"] / grown,
        "additions": told["additions"],
        "details": told,
    }


def why(log):
    """What a library said last before it gave up, or said at all."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line or line.startswith("trees: ")]
    return (telling or lines or ["it said nothing"])[-1][:300]


def run_peer(contender, options, depth, tables, folder):
    found = "import importlib.util, sys; sys.exit(any(importlib.util.find_spec(name) is None for name in ('secretflow', 'spu', 'heu')))"
    if not VENV.exists() or subprocess.run([str(VENV), "-c", found], check=False).returncode != 0:
        raise NotMeasured("not installed: benchmarks/peers/setup trees says why")
    common = {
        "ports": free_ports(),
        "schema": contender.schema,
        "keyBits": KEY_BITS,
        "bins": options.bins,
        "depth": depth,
        "trees": options.trees,
        "stepSize": options.step_size,
    }
    environment = os.environ | {"YACL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    parties = []
    try:
        for rank, table in enumerate(tables):
            pinned = [] if options.shared_cores else ["taskset", "-c", str(rank)]
            settings = json.dumps(common | {"rank": rank, "table": str(table)})
            with open(folder / f"{rank}.log", "w") as log:
                parties.append(
                    subprocess.Popen(
                        [*pinned, str(VENV), str(Path(__file__).with_name("trees_party.py")), settings],
                        stdout=subprocess.PIPE,
                        stderr=log,
                        stdin=subprocess.DEVNULL,
                        env=environment,
                        cwd=folder,
                        text=True,
                    )
                )
        # The label holder's first: the other one waits for it, and ends if it does.
        said = [party.communicate()[0] for party in parties]
    finally:
        for party in parties:
            if party.poll() is None:
                party.kill()
                party.wait()
    for rank, party in enumerate(parties):
        if party.returncode != 0:
            raise NotMeasured(f"party {rank} ended with code {party.returncode}: {why(folder / f'{rank}.log')}")
    told = [json.loads(text) for text in said]
    grown = len(told[0]["trees"])
    return {
        "trees": grown,
        "wallPerTree": told[0]["training"]["wallSeconds"] / grown,
        "cpuPerTree": sum(party["training"]["cpuSeconds"] for party in told) / grown,
        "laterWallPerTree": later([tree["wallSeconds"] for tree in told[0]["trees"]]),
        "startWallSeconds": sum(told[0][phase]["wallSeconds"] for phase in ("loading", "setUp")),
        "startCpuSeconds": sum(party[phase]["cpuSeconds"] for party in told for phase in ("loading", "setUp")),
        "memoryMiB": max(party["peakMemoryMiB"] for party in told),
        "auc": told[0]["auc"],
        "details": told,
    }


def measure(contender, options, depth):
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="heddle-peers-") as name:
        folder = Path(name)
        tables = first_rows([options.label_holder, options.feature_holder], options.rows, folder)
        before = loopback_bytes()
        if contender.schema is None:
            figures = run_heddle(contender, options, depth, tables, folder)
        else:
            figures = run_peer(contender, options, depth, tables, folder)
        after = loopback_bytes()
    if figures["trees"] != options.trees:
        raise NotMeasured(f"it stopped after {figures['trees']} trees of {options.trees}")
    figures["loopbackMBPerTree"] = None if before is None or after is None else (after - before) / 1e6 / figures["trees"]
    return figures | {"load": load}


def measure_depth(contenders, options, depth, kept):
    for repetition in range(options.repetitions):
        for contender in contenders:
            runs = kept[depth].setdefault(contender, Runs())
            if runs.not_measured is not None:
                continue
            print(f"peers: depth {depth}, {repetition + 1} of {options.repetitions}, {contender.name} ...", file=sys.stderr, flush=True)
            try:
                runs.figures.append(measure(contender, options, depth))
            except NotMeasured as reason:
                print(f"peers: {contender.name}: {reason}", file=sys.stderr)
                runs.not_measured = str(reason)
            # What has been measured stays, should a later run take longer than anybody waits.
            keep(kept, OUT / "trees.json")


# ------------------------------------------------------------------------------------------------------------------- report


def report(kept, options, contenders):
    where = "each party may use all cores" if options.shared_cores else "each party has one of them to itself"
    rows = "all rows" if options.rows is None else f"the first {options.rows:,} rows"
    print(f"{cpu_name()}, {len(os.sched_getaffinity(0))} cores: {where}. {rows} of {options.label_holder.name} and {options.feature_holder.name},")
    print(f"{options.bins} bins, {options.trees} trees, learning rate {options.step_size}, keys of {KEY_BITS} bits. The least of all repetitions, in brackets their median.")
    print("Processor time is both parties'. The start is libraries, tables, connecting, keys: not in the figures per tree.")
    print("Ratios are Heddle's figure over the peer's: below 1 Heddle takes less.")
    for depth, runs in kept.items():
        loads = [figures["load"] for each in runs.values() for figures in each.figures]
        print(f"\n## Depth {depth}" + (f", load {min(loads):.1f} to {max(loads):.1f}" if loads else "") + "\n")
        row("", *(name for name, _, _ in MEASURES), "runs")
        row(*["--"] * (len(MEASURES) + 2))
        for contender in contenders:
            each = runs[contender]
            how = f"{NOT_MEASURED}: {each.not_measured}" if each.not_measured is not None else len(each.figures)
            row(contender.name, *(of_runs(each, key, form) for _, form, key in MEASURES), how)
        print()
        row("Heddle", "peer", *(name for name, _, _ in RATIOS))
        row(*["--"] * (len(RATIOS) + 2))
        for own in OURS:
            for contender in contenders:
                if contender.schema is not None:
                    row(own.name, contender.name, *(ratio(runs[own], runs[contender], key) for _, _, key in RATIOS))


def keep(kept, file):
    depths = {
        str(depth): {
            contender.name: {"notMeasured": runs.not_measured} if runs.not_measured is not None else {"runs": runs.figures}
            for contender, runs in everything.items()
        }
        for depth, everything in kept.items()
    }
    beside = file.with_suffix(".tmp")
    beside.write_text(json.dumps({"cpu": cpu_name(), "depths": depths}, indent=2) + "\n")
    os.replace(beside, file)


def table(text):
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"no such file: '{text}'")
    return Path(text).resolve()


def parse():
    data = ROOT.parent / "shared" / "data"
    parser = argparse.ArgumentParser(
        prog="benchmarks/peers/trees",
        description="Trains boosted trees of two parties with Heddle and with SecretFlow's SGB in turn, and prints seconds per tree and ratios. "
        "On 30,000 rows SGB takes about a minute a tree with ZPaillier at depth 3 and two to three at depth 5: a repetition of all takes half an hour.",
    )
    parser.add_argument("--depths", nargs="+", type=positive, default=[3, 5], help="of the trees; default %(default)s")
    parser.add_argument("--trees", type=positive, default=5, help="of each run; default %(default)s")
    parser.add_argument("--bins", type=positive, default=32, help="of a column; default %(default)s")
    parser.add_argument("--step-size", type=float, default=0.3, help="the learning rate; default %(default)s")
    parser.add_argument("--rows", type=positive, help="only so many of the tables' first rows; default all")
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS), metavar="PEER", help=f"some of {', '.join(PEERS)}; default both")
    parser.add_argument("--repetitions", type=positive, default=2, help="of each, in turn; default %(default)s")
    parser.add_argument("--shared-cores", action="store_true", help="let each party use all cores, where else each has one of its own")
    parser.add_argument("--label-holder", type=table, default=str(data / "default_credit_hetero_guest.csv"), help="CSV: an id, y, its columns; default %(default)s")
    parser.add_argument("--feature-holder", type=table, default=str(data / "default_credit_hetero_host.csv"), help="CSV: the same ids, its columns; default %(default)s")
    options = parser.parse_args()
    if not options.shared_cores and (len(os.sched_getaffinity(0)) < 2 or shutil.which("taskset") is None):
        parser.error("a core for each party needs two of them and taskset: --shared-cores does without")
    if not same_rows([options.label_holder, options.feature_holder]):
        parser.error("the tables must have the same ids in the same order")
    return options


def main():
    options = parse()
    OUT.mkdir(parents=True, exist_ok=True)
    contenders = [*OURS] + [PEERS[name] for name in options.peers]
    kept = {}
    for depth in options.depths:
        kept[depth] = {}
        measure_depth(contenders, options, depth, kept)
    report(kept, options, contenders)


if __name__ == "__main__":
    main()
