#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One party of a peer's boosted trees: trees_party.py SETTINGS

`trees.py` starts two of them, the label holder and the feature holder, each with its settings as JSON: rank, ports, table, schema,
keyBits, bins, depth, trees, stepSize. A table is CSV with the column id first and, at the label holder, the labels in y. Both tables
have the same rows in the same order. At the end each prints its figures as JSON: seconds and processor seconds of loading, of setting up
and of training, those of each tree, and the AUC on the training rows.
"""

import json
import logging
import os
import re
import resource
import sys
import time
import types
from importlib.util import find_spec

LOOPBACK = "127.0.0.1"
PARTIES = ["label-holder", "feature-holder"]
LABEL = "y"


class Clock:
    """Seconds and processor seconds of this process, its threads and ended children, since the last lap."""

    def __init__(self):
        self.wall, self.cpu = time.perf_counter(), 0.0

    def lap(self):
        own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
        wall, cpu = time.perf_counter(), own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
        figures = {"wallSeconds": wall - self.wall, "cpuSeconds": cpu - self.cpu}
        self.wall, self.cpu = wall, cpu
        return figures


class Trees(logging.Handler):
    """Notes when the library says that a tree is done."""

    def __init__(self):
        super().__init__(logging.INFO)
        self.clock, self.laps = None, []

    def emit(self, record):
        if self.clock is not None and re.match(r"epoch \d+ time ", record.getMessage()):
            self.laps.append(self.clock.lap())


def load():
    # The package loads everything it has, of which trees need a part; what it lacks else is none of theirs.
    package = types.ModuleType("secretflow")
    package.__path__ = list(find_spec("secretflow").submodule_search_locations)
    sys.modules["secretflow"] = package
    import spu
    import spu.libspu

    # It was made for a build between two releases of spu, and looks for this where neither has it.
    spu.logging = spu.libspu.logging


def columns(path, label):
    import numpy as np
    import pandas as pd

    table = pd.read_csv(path)
    if label:
        return table[[LABEL]].to_numpy(np.float64)
    return table.drop(columns=[table.columns[0], LABEL], errors="ignore").to_numpy(np.float64)


def auc(labels, scores):
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(labels.ravel(), scores.ravel()))


def run(settings):
    clock = Clock()
    load()
    import spu
    from secretflow.data.ndarray import FedNdarray, PartitionWay
    from secretflow.device import HEU, PYU
    from secretflow.device.driver import init, reveal, shutdown
    from secretflow.ml.boost.sgb_v import Sgb

    figures = {"loading": clock.lap()}
    addresses = {name: {"address": f"{LOOPBACK}:{port}"} for name, port in zip(PARTIES, settings["ports"])}
    most = 2_000_000_000
    init(
        cluster_config={"parties": addresses, "self_party": PARTIES[settings["rank"]]},
        ray_mode=False,
        logging_level="info",
        cross_silo_comm_options={"messages_max_size_in_bytes": most, "timeout_in_ms": 3_600_000},
    )
    holder, other = (PYU(name) for name in PARTIES)
    heu = HEU(
        {
            "sk_keeper": {"party": PARTIES[0]},
            "evaluators": [{"party": PARTIES[1]}],
            "mode": "PHEU",
            "he_parameters": {"schema": settings["schema"], "key_pair": {"generate": {"bit_size": settings["keyBits"]}}},
        },
        spu.FieldType.FM64,
    )
    # Each party reads its own file only: the other one's name means nothing to it.
    table = FedNdarray({pyu: pyu(columns)(settings["table"], False) for pyu in (holder, other)}, PartitionWay.VERTICAL)
    labels = FedNdarray({holder: holder(columns)(settings["table"], True)}, PartitionWay.VERTICAL)
    shapes = [list(shape) for shape in reveal([part.device(lambda x: x.shape)(part) for part in table.partitions.values()])]
    figures["setUp"] = clock.lap()

    noted = Trees()
    logging.getLogger().addHandler(noted)
    logging.getLogger().setLevel(logging.INFO)
    noted.clock, whole = Clock(), Clock()
    noted.clock.lap()
    whole.lap()
    model = Sgb(heu).train(
        {
            "num_boost_round": settings["trees"],
            "max_depth": settings["depth"],
            "learning_rate": settings["stepSize"],
            "sketch_eps": 1 / settings["bins"],
            "reg_lambda": 1.0,
            "gamma": 0.0,
            "objective": "logistic",
            "tree_growing_method": "level",
            "first_tree_with_label_holder_feature": False,
        },
        table,
        labels,
    )
    figures["training"] = whole.lap()
    scores = model.predict(table)
    figures |= {
        "trees": noted.laps,
        "shapes": shapes,
        "auc": reveal(holder(auc)(labels.partitions[holder], scores)),
        "peakMemoryMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    shutdown()
    return figures


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    # Its libraries log to standard output, where only the figures go.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps(run(json.loads(sys.argv[1]))), file=answers, flush=True)
    # Threads of its libraries may outlive what they were started for.
    os._exit(0)


if __name__ == "__main__":
    main()
