#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures a small receiver against a large sender whose list of tags it keeps, beside SecretFlow's unbalanced intersection.

`unbalanced` starts it. Heddle's parties are two `heddle psi` over TLS with their own keys and configurations; the first run, *offline*,
makes and sends the list, the others find it there. *Online* is what the receiver's `--json` says: from when both parties have begun the
step until the receiver knows the common ids, with all that both keep on their disks meanwhile. Before it, and before they meet, both read and
sort their tables, and the receiver makes its list and its blinded questions ready. *The whole command* is a clock beside, with all of that and
JVMs' starts.

SecretFlow's parties are two processes without TLS and with one thread each, where Heddle's use all cores; its offline step reads the tables
and makes and sends its list, its online step reads them too, and neither counts Python's start. Compare processor seconds and whole commands.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psi

HEDDLE = psi.ROOT / "bin" / "heddle"
SIZES = {"receiver": 1 << 12, "sender": 1 << 20}
PEER = psi.Contender("SecretFlow unbalanced", "secretflow-unbalanced", "offline")


def tables(sizes, seed):
    """Tables of which half of the receiver's ids are the sender's too; made once."""
    large = psi.tables(sizes["sender"], seed).sender
    folder = psi.OUT / "psi"
    small = folder / f"small-{sizes['receiver']}-of-{sizes['sender']}-{seed}.csv"
    common = sizes["receiver"] // 2
    if not small.exists():
        with open(large) as lines:
            theirs = [next(lines) for _ in range(common + 1)][1:]
        own = [f"{'f' * 24}{i:08x},{i}\n" for i in range(sizes["receiver"] - common)]
        beside = small.with_suffix(".tmp")
        beside.write_text("id,value\n" + "".join(theirs + own))
        os.replace(beside, small)
    return psi.Tables(sizes["receiver"], small, large, common)


def heddle(*words):
    told = subprocess.run([str(word) for word in [HEDDLE, *words]], check=True, capture_output=True, text=True)
    return told.stdout


def parties(folder):
    """Two parties that know each other, and their job."""
    ports = dict(zip(SIZES, psi.free_ports()))
    prints = {}
    for name, port in ports.items():
        said = heddle("init", "--party", name, "--dir", folder / name, "--port", port)
        prints[name] = re.search(r"sha256:[0-9a-f]{64}", said).group()
    for name, peer in (("receiver", "sender"), ("sender", "receiver")):
        config = folder / name / "heddle.conf"
        heddle("peer", "add", peer, "--config", config, "--address", f"127.0.0.1:{ports[peer]}", "--fingerprint", prints[peer])
        config.write_text(config.read_text().replace('host = "0.0.0.0"', 'host = "127.0.0.1"') + "\ndata.id = id\n")
    job = folder / "job.conf"
    job.write_text("job.name = unbalanced\nparties = [receiver, sender]\npsi { receiver = receiver, protocol = ecdh-oprf, result = receiver }\n")
    return job


def run_heddle(folder, job, data):
    load = os.getloadavg()[0]
    began = time.perf_counter()
    running = {}
    try:
        for name, table in (("receiver", data.receiver), ("sender", data.sender)):
            words = [HEDDLE, "psi", "--job", job, "--config", folder / name / "heddle.conf", "--data", table, "--json", folder / f"{name}.json"]
            if name == "receiver":
                words += ["--out", folder / "common.csv"]
            with open(folder / f"{name}.log", "w") as log:
                running[name] = subprocess.Popen([str(word) for word in words], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        while any(process.poll() is None for process in running.values()):
            time.sleep(0.002)
            for name, process in running.items():
                if process.poll() not in (None, 0):
                    raise AssertionError(f"heddle psi of the {name} failed: {psi.last_line(folder / f'{name}.log')}")
        wall = time.perf_counter() - began
    finally:
        for process in running.values():
            if process.poll() is None:
                process.kill()
                process.wait()
    told = {name: json.loads((folder / f"{name}.json").read_text()) for name in SIZES}
    found = told["receiver"]["rows"]["intersection"]
    if found != data.common:
        raise AssertionError(f"Heddle found {found} common ids: there are {data.common}")
    return {
        "load": load,
        "wallSeconds": wall,
        "onlineSeconds": told["receiver"]["seconds"]["online"],
        "offlineSeconds": told["sender"]["seconds"]["offline"],
        "bytes": sum(told["receiver"]["bytes"].values()),
        "cpuSeconds": sum(figures["cpuSeconds"] for figures in told.values()),
        "cacheUsed": told["receiver"]["cacheUsed"],
    }


def measure_heddle(data, runs):
    with tempfile.TemporaryDirectory(prefix="heddle-unbalanced-") as name:
        folder = Path(name)
        job = parties(folder)
        first = run_heddle(folder, job, data)
        warm = [run_heddle(folder, job, data) for _ in range(runs)]
        if first["cacheUsed"] or not all(run["cacheUsed"] for run in warm):
            raise AssertionError("the list was not made in the first run and used in the others")
        kept = max(file.stat().st_size for file in (folder / "receiver" / "oprf").iterdir())
    return {"offline": first, "online": warm, "cacheBytes": kept}


def measure_peer(data, runs, python):
    """The peer's two steps; what it keeps from the first to the others is in the folder where both run."""
    with tempfile.TemporaryDirectory(prefix="heddle-unbalanced-") as name:
        folder = Path(name)
        figures = []
        for protocol in ["offline"] + ["online"] * runs:
            load = os.getloadavg()[0]
            step = psi.Contender(PEER.name, PEER.kind, protocol)
            before = psi.loopback_bytes()
            run = psi.run_peer(step, python, data, folder)
            after = psi.loopback_bytes()
            figures.append(run | {"load": load, "loopbackBytes": None if before is None or after is None else after - before})
        for run in figures[1:]:
            if data.common not in run["intersections"]:
                raise AssertionError(f"{PEER.name} found {run['intersections']} common ids: there are {data.common}")
    return {"offline": figures[0], "online": figures[1:]}


def spread(values):
    return f"{statistics.median(values):.3f} s ({' '.join(f'{value:.3f}' for value in sorted(values))})"


def report(data, ours, theirs, why, cpu):
    loads = [run["load"] for both in (ours, theirs) if both is not None for run in [both["offline"], *both["online"]]]
    print(f"{cpu}, {len(os.sched_getaffinity(0))} cores, load {min(loads):.1f} to {max(loads):.1f}.")
    print(f"{data.rows:,} ids of the receiver against {SIZES['sender']:,} of the sender. Online: the median, in brackets all runs.\n")
    head = ["", "offline", "CPU", "whole first command", "online", "whole command, median", "CPU", "bytes online", "kept list"]
    psi.row(*head)
    psi.row(*["--"] * len(head))
    online = [run["onlineSeconds"] for run in ours["online"]]
    psi.row(
        "Heddle ecdh-oprf",
        f"{ours['offline']['offlineSeconds']:.1f} s, the list alone",
        f"{ours['offline']['cpuSeconds']:.1f} s",
        f"{ours['offline']['wallSeconds']:.1f} s",
        spread(online),
        f"{statistics.median(run['wallSeconds'] for run in ours['online']):.2f} s",
        f"{statistics.median(run['cpuSeconds'] for run in ours['online']):.1f} s",
        f"{max(run['bytes'] for run in ours['online']):,}",
        f"{ours['cacheBytes']:,}",
    )
    if theirs is None:
        psi.row(PEER.name, *[f"{psi.NOT_MEASURED}: {why}"] + [psi.NOT_MEASURED] * 7)
        return
    walls = [run["wallSeconds"] for run in theirs["online"]]
    carried = [run["loopbackBytes"] for run in theirs["online"]]
    psi.row(
        PEER.name,
        f"{theirs['offline']['wallSeconds']:.1f} s, with reading tables",
        f"{theirs['offline']['cpuSeconds']:.1f} s",
        psi.NOT_MEASURED,
        f"{spread(walls)}, with reading tables",
        psi.NOT_MEASURED,
        f"{statistics.median(run['cpuSeconds'] for run in theirs['online']):.1f} s",
        psi.NOT_MEASURED if None in carried else f"{max(carried):,} on loopback",
        psi.NOT_MEASURED,
    )
    print(f"\nOffline, Heddle's whole first command over the peer's step: {ours['offline']['wallSeconds'] / theirs['offline']['wallSeconds']:.2f}.")


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/peers/unbalanced", description="Measures ecdh-oprf with a kept list beside SecretFlow's.")
    parser.add_argument("--receiver", type=psi.even, default=SIZES["receiver"], help="ids of the receiver; default %(default)s")
    parser.add_argument("--sender", type=psi.even, default=SIZES["sender"], help="ids of the sender; default %(default)s")
    parser.add_argument("--runs", type=psi.positive, default=15, help="with the list kept; default %(default)s")
    parser.add_argument("--peer-runs", type=psi.positive, default=5, help="the peer's online steps; default %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="of the tables; default %(default)s")
    options = parser.parse_args()
    SIZES.update(receiver=options.receiver, sender=options.sender)
    if options.receiver > options.sender:
        parser.error("--receiver: must be at most --sender")
    python = str(psi.OUT / "venv-psi" / "bin" / "python")
    cpu = psi.cpu_name()
    data = tables(SIZES, options.seed)
    theirs, why = None, None
    try:
        print("peers: Heddle ...", file=sys.stderr, flush=True)
        ours = measure_heddle(data, options.runs)
        print(f"peers: {PEER.name} ...", file=sys.stderr, flush=True)
        try:
            psi.require_installed(PEER, python)
            theirs = measure_peer(data, options.peer_runs, python)
        except psi.NotMeasured as reason:
            why = str(reason)
        except AssertionError as wrong:
            why = str(wrong)
    except AssertionError as wrong:
        sys.exit(f"peers: {wrong}")
    (psi.OUT / "unbalanced.json").write_text(json.dumps({"cpu": cpu, "heddle": ours, "peer": theirs}, indent=2) + "\n")
    report(data, ours, theirs, why, cpu)


if __name__ == "__main__":
    main()
