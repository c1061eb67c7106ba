#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One party of a peer's intersection: psi_party.py PEER PROTOCOL RANK PORT PORT TABLE RESULT

`psi.py` and `unbalanced.py` start two of them, rank 0 and rank 1. Each loads its libraries, says so in a line of standard output, waits
for a line of standard input and only then begins: what Python takes to start is not the peer's. At the end it prints its figures as JSON.
Both parties read CSV with the columns id and value. With SecretFlow both learn the common rows and write theirs in one order, as
Heddle's do; with OpenMined's only the client, rank 1, does. SecretFlow's unbalanced intersection has the protocols offline and online;
rank 0, with the small table, learns the common rows, and what it keeps of the first step is beside the results.
"""

import csv
import json
import os
import resource
import socket
import struct
import sys
import time
import types
from importlib.util import find_spec

LOOPBACK = "127.0.0.1"
CURVES = {"ecdh-25519": "CURVE_25519", "ecdh-elligator2": "CURVE_25519_ELLIGATOR2"}
CONNECT_TRIES, CONNECT_MILLIS = 200, 50
MANY_MINUTES = 3_600_000


def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def libpsi():
    # The package loads JAX, which an intersection does not need, and which would be two thirds of its memory.
    package = types.ModuleType("spu")
    package.__path__ = list(find_spec("spu").submodule_search_locations)
    sys.modules["spu"] = package
    from spu import libpsi as psi
    from spu.libspu import link, logging

    options = logging.LogOptions()
    options.log_level = logging.LogLevel.WARN
    logging.setup_logging(options)

    def connect(rank, ports):
        desc = link.Desc()
        desc.connect_retry_times = CONNECT_TRIES
        desc.connect_retry_interval_ms = CONNECT_MILLIS
        desc.recv_timeout_ms = desc.http_timeout_ms = MANY_MINUTES
        for party, port in enumerate(ports):
            desc.add_party(str(party), f"{LOOPBACK}:{port}")
        return link.create_brpc(desc, rank)

    return psi, connect


def secretflow():
    psi, connect = libpsi()

    def run(protocol, rank, ports, table, result):
        context = connect(rank, ports)
        settings = {"receiver_rank": 0, "broadcast_result": True}
        if protocol in CURVES:
            settings["protocol"] = psi.PsiProtocol.PROTOCOL_ECDH
            settings["ecdh_params"] = psi.EcdhParams(curve=getattr(psi.EllipticCurveType, CURVES[protocol]))
        else:
            settings["protocol"] = getattr(psi.PsiProtocol, f"PROTOCOL_{protocol.upper()}")
        config = psi.PsiExecuteConfig(
            protocol_conf=psi.PsiProtocolConfig(**settings),
            input_params=psi.InputParams(path=table, selected_keys=["id"], keys_unique=True),
            output_params=psi.OutputParams(path=result),
        )
        report = psi.psi_execute(config, context)
        context.stop_link()
        # What crossed the wire it does not tell.
        return {"rows": report.original_count, "intersection": report.intersection_count}

    return run


def unbalanced():
    psi, connect = libpsi()

    def run(protocol, rank, ports, table, result):
        context = connect(rank, ports)
        # Rank 0 asks, rank 1 has the large set and its key.
        settings = {"server_params": psi.UbPsiServerParams(secret_key_path=f"{result}.key")} if rank == 1 else {}
        if rank == 1 and not os.path.exists(f"{result}.key"):
            with open(f"{result}.key", "wb") as key:
                key.write(os.urandom(32))
        config = psi.UbPsiExecuteConfig(
            mode={"offline": psi.UbPsiMode.MODE_OFFLINE, "online": psi.UbPsiMode.MODE_ONLINE}[protocol],
            role=psi.UbPsiRole.ROLE_CLIENT if rank == 0 else psi.UbPsiRole.ROLE_SERVER,
            client_receive_result=True,
            cache_path=f"{result}.cache",
            input_params=psi.InputParams(path=table, selected_keys=["id"], keys_unique=True),
            output_params=psi.OutputParams(path=result),
            **settings,
        )
        report = psi.ub_psi_execute(config, context)
        context.stop_link()
        return {"rows": report.original_count, "intersection": report.intersection_count}

    return run


def openmined():
    import private_set_intersection.python as psi

    def frame(connection, message):
        body = message.SerializeToString()
        connection.sendall(struct.pack(">Q", len(body)) + body)
        return len(body) + 8

    def read(connection, kind):
        def exactly(count):
            body = bytearray()
            while len(body) < count:
                part = connection.recv(min(count - len(body), 1 << 20))
                if not part:
                    raise EOFError("the other party has gone")
                body += part
            return bytes(body)

        message = kind()
        message.ParseFromString(exactly(struct.unpack(">Q", exactly(8))[0]))
        return message

    def serve(connection, ids):
        server = psi.server.CreateWithNewKey(True)
        request = read(connection, psi.Request)
        # The points themselves: the denser forms have false positives.
        sent = frame(connection, server.CreateSetupMessage(0.0, len(ids), ids, psi.DataStructure.RAW))
        return None, sent + frame(connection, server.ProcessRequest(request))

    def ask(connection, ids):
        client = psi.client.CreateWithNewKey(True)
        sent = frame(connection, client.CreateRequest(ids))
        setup = read(connection, psi.ServerSetup)
        return client.GetIntersection(setup, read(connection, psi.Response)), sent

    def connected(rank, ports):
        if rank == 0:
            with socket.create_server((LOOPBACK, ports[0])) as listening:
                return listening.accept()[0]
        for _ in range(CONNECT_TRIES):
            try:
                return socket.create_connection((LOOPBACK, ports[0]))
            except ConnectionRefusedError:
                time.sleep(CONNECT_MILLIS / 1e3)
        raise ConnectionError("the other party does not listen")

    def run(_, rank, ports, table, result):
        with open(table, newline="") as lines:
            head, *rows = csv.reader(lines)
        ids = [row[0] for row in rows]
        with connected(rank, ports) as connection:
            common, sent = (serve if rank == 0 else ask)(connection, ids)
        figures = {"rows": len(rows), "bytesSent": sent}
        if common is not None:
            with open(result, "w", newline="") as out:
                csv.writer(out).writerows([head, *sorted(rows[i] for i in common)])
            figures["intersection"] = len(common)
        return figures

    return run


def main():
    if len(sys.argv) != 8:
        sys.exit(__doc__)
    peer, protocol, rank, *ports, table, result = sys.argv[1:]
    # Its libraries log to standard output, where only the figures go.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    run = {"secretflow": secretflow, "secretflow-unbalanced": unbalanced, "openmined": openmined}[peer]()
    loaded = used()
    print("loaded", file=answers, flush=True)
    sys.stdin.readline()
    figures = run(protocol, int(rank), [int(port) for port in ports], table, result)
    print(json.dumps(figures | {"loadingCpuSeconds": loaded}), file=answers, flush=True)


if __name__ == "__main__":
    main()
