#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What Paillier costs in a peer: one JSON of figures on standard output.

--peer phe: python-paillier over gmpy2. --peer heu: SecretFlow's HEU; Paillier as ZPaillier and IPCL, and Okamoto-Uchiyama as OU.

Every operation is tried in the ways that the peer offers to someone who knows it well, and the fastest is the figure. `how` names
it, `alternatives` has the others. For phe that is everywhere the raw one: gmpy2 on the numbers inside phe's objects, as phe's own
_raw_add does. Plaintexts are encoded, columns and bins converted, before the clock starts: the figure is the arithmetic alone.
Every way's sums are decrypted once and compared with those in the clear, and no two ciphertexts are the same.

One thread: HEU makes as many as the process may use cores, so it is started under `taskset -c CORE`, and YACL_NUM_THREADS, which
it reads too, is set to 1.
"""

import argparse
import gc
import itertools
import json
import os
import random
import sys
import time
from importlib.metadata import version

KEY_BITS = 2048
BINS = 32
# Plaintexts of 40 bits, as a fixed-point residual has: Okamoto-Uchiyama encrypts short ones faster. The others do not care.
PLAINTEXT_BITS = 40
COLUMN_BITS = 20
GRADIENT_ROWS, GRADIENT_FEATURES = 128, 4
# The rows behind a gradient by buckets, whose fold is shared by all of them.
BUCKET_ROWS, BUCKET_FEATURES, DIGIT_BITS = 4096, 2, 7
# Where the alternatives of a histogram compete, before the fastest runs at full size.
TRIAL_ROWS, TRIAL_FEATURES = 1000, 2
# A full histogram is measured in so many bursts, each over all rows and its share of the features.
HISTOGRAM_BURSTS = 4


class NotMeasured(Exception):
    """The peer is not here."""


class Figures:
    """The fastest way of each operation, per operation; a key says its unit: micros.encrypt, nanos.histogramCell.

    The figure is the least wall time of the bursts. Beside it stands the least processor time, of all threads: the same where the
    core was ours alone, and what remains of it where others ran there too. The ways compete by processor time.
    """

    def __init__(self):
        self.values = {"micros": {}, "nanos": {}, "processor": {"micros": {}, "nanos": {}}, "how": {}, "alternatives": {}}

    def fastest(self, key, ways, operations, bursts=5):
        """Runs each way in bursts, the ways in turn, and keeps each one's least: whatever else runs only ever adds."""
        bursts_of = {way: [] for way in ways}
        for _ in range(bursts):
            for way, run in ways.items():
                bursts_of[way].append(burst(run, operations))
        return self.put(key, bursts_of)

    def put(self, key, bursts_of):
        least = {way: [min(times) for times in zip(*bursts)] for way, bursts in bursts_of.items()}
        best = min(least, key=lambda way: least[way][1])
        unit, name = key.split(".")
        self.values[unit][name], self.values["processor"][unit][name] = (in_unit(key, seconds) for seconds in least[best])
        self.values["how"][key] = best
        alternatives = {way: in_unit(key, processor) for way, (_, processor) in least.items()}
        self.values["alternatives"].setdefault(key, {}).update(alternatives)
        return best

    def as_json(self):
        return {name: part for name, part in self.values.items() if part}


def in_unit(key, seconds):
    return round(seconds * {"micros": 1e6, "nanos": 1e9}[key.split(".")[0]], 3)


# All bursts together. Where the processor's time is shorter than the clock's, something else ran on this core, and the wall times
# are too long: that makes whoever is compared with them look better than they are, so it is reported.
spent = {"wall": 0.0, "processor": 0.0}


def burst(run, operations):
    """Wall and processor time of one operation, in seconds."""
    gc.collect()
    gc.disable()
    try:
        wall, processor = time.perf_counter(), time.process_time()
        run()
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    finally:
        gc.enable()
    spent["wall"] += wall
    spent["processor"] += processor
    return wall / operations, processor / operations


def check(what, found, expected):
    if list(found) != list(expected):
        raise AssertionError(f"{what}: what is decrypted is not the sum in the clear")


def random_bits(count, bits):
    return [random.getrandbits(bits) for _ in range(count)]


def random_columns(features, rows, limit):
    return [[random.randrange(limit) for _ in range(rows)] for _ in range(features)]


def sums_by_bin(plaintexts, columns):
    sums = [[0] * BINS for _ in columns]
    for column, bins in zip(columns, sums):
        for plaintext, bin in zip(plaintexts, column):
            bins[bin] += plaintext
    return list(itertools.chain(*sums))


def products(plaintexts, columns):
    return [sum(x * d for x, d in zip(column, plaintexts)) for column in columns]


def triples(rows):
    """For each row three of a few encryptions, no two rows the same three: that many sums are that many different ciphertexts,
    at a hundredth of the cost of encrypting each. Also how many encryptions that takes."""
    size = 1
    while size**3 < rows:
        size += 1
    rows_of = itertools.islice(itertools.product(range(size), range(size, 2 * size), range(2 * size, 3 * size)), rows)
    return list(rows_of), 3 * size


def histogram(figures, options, ways, plaintexts, ciphertexts_of, decrypt):
    """Adds each row's ciphertext to one of 32 bins per feature, rows in order.

    A way takes ciphertexts and columns of bins and returns a function that does it. The ways compete first on few rows, whose
    ciphertexts fit the cache, then those that came close on all rows, where they do not; the figure is that of the fastest there.
    """
    key = "nanos.histogramCell"
    rows = min(TRIAL_ROWS, options.rows)
    columns = random_columns(TRIAL_FEATURES, rows, BINS)
    expected = sums_by_bin(plaintexts[:rows], columns)
    trial = {way: prepare(ciphertexts_of(rows), columns) for way, prepare in ways.items()}
    for way, run in trial.items():
        check(f"histogram, {way}", decrypt(run()), expected)
    best = figures.fastest(key, trial, rows * TRIAL_FEATURES, bursts=3)

    seconds = figures.values["alternatives"][key]
    contenders = [way for way in ways if seconds[way] <= 1.3 * seconds[best]]
    ciphertexts = ciphertexts_of(options.rows)
    columns = random_columns(options.features, options.rows, BINS)
    share = -(-options.features // HISTOGRAM_BURSTS)
    bursts_of = {way: [] for way in contenders}
    for first in range(0, options.features, share):
        part = columns[first : first + share]
        for way in contenders:
            bursts_of[way].append(burst(ways[way](ciphertexts, part), options.rows * len(part)))
        contenders = [figures.put(key, bursts_of)]


# ---------------------------------------------------------------------------------------------------------------------- phe


def measure_phe(options):
    try:
        import gmpy2
        import phe
    except ImportError as missing:
        raise NotMeasured(f"{missing}: run setup") from missing
    from phe.util import HAVE_GMP

    if not HAVE_GMP:
        raise NotMeasured("phe does not use gmpy2 here, and is not worth comparing with without it")

    public, private = phe.generate_paillier_keypair(n_length=KEY_BITS)
    n, n_squared = gmpy2.mpz(public.n), gmpy2.mpz(public.nsquare)
    one = gmpy2.mpz(1)
    powmod = gmpy2.powmod
    figures = Figures()

    def objects(numbers):
        return [phe.EncryptedNumber(public, int(c)) for c in numbers]

    def raw(encrypted):
        return [gmpy2.mpz(number.ciphertext(be_secure=False)) for number in encrypted]

    def decrypt(sums):
        return [private.raw_decrypt(int(c)) for c in (raw(sums) if isinstance(sums[0], phe.EncryptedNumber) else sums)]

    messages = random_bits(options.encryptions, PLAINTEXT_BITS)
    system = random.SystemRandom()

    def encrypt_raw():
        for m in messages:
            powmod(system.randrange(1, public.n), n, n_squared) * (1 + m * n) % n_squared

    figures.fastest(
        "micros.encrypt",
        {"PublicKey.encrypt": lambda: [public.encrypt(m) for m in messages], "gmpy2": encrypt_raw},
        options.encryptions,
        bursts=3,
    )

    indices, count = triples(options.rows)
    base = random_bits(count, PLAINTEXT_BITS)
    encrypted = raw([public.encrypt(m) for m in base])
    check("decryption", decrypt(encrypted), base)
    plaintexts = [base[i] + base[j] + base[k] for i, j, k in indices]
    ciphertexts = [encrypted[i] * encrypted[j] % n_squared * encrypted[k] % n_squared for i, j, k in indices]
    if len(set(ciphertexts)) != options.rows or public.raw_encrypt(1) == public.raw_encrypt(1):
        raise AssertionError("two ciphertexts are the same")

    some = encrypted[: min(len(encrypted), 16)]
    some_objects = objects(some)
    figures.fastest(
        "micros.decrypt",
        {
            "PrivateKey.decrypt": lambda: [private.decrypt(c) for c in some_objects],
            "PrivateKey.raw_decrypt": lambda: [private.raw_decrypt(int(c)) for c in some],
        },
        len(some),
    )

    pairs = list(zip(ciphertexts[:500], reversed(ciphertexts[:1000])))
    pairs_of_objects = [tuple(objects(pair)) for pair in pairs]
    pairs_of_int = [(int(a), int(b)) for a, b in pairs]
    raw_add = pairs_of_objects[0][0]._raw_add
    figures.fastest(
        "micros.add",
        {
            "EncryptedNumber +": lambda: [a + b for a, b in pairs_of_objects],
            "EncryptedNumber._raw_add": lambda: [raw_add(a, b) for a, b in pairs_of_int],
            "gmpy2": lambda: [a * b % n_squared for a, b in pairs],
        },
        len(pairs),
    )

    factors = [(c, (1 << 31) | random.getrandbits(31)) for c in some]
    factors_of_objects = list(zip(some_objects, (k for _, k in factors)))
    figures.fastest(
        "micros.multiply32",
        {
            "EncryptedNumber *": lambda: [c * k for c, k in factors_of_objects],
            "gmpy2": lambda: [powmod(c, k, n_squared) for c, k in factors],
        },
        len(factors),
    )

    def histogram_of_objects(ciphertexts, columns):
        rows = objects(ciphertexts)

        def run():
            sums = []
            for column in columns:
                bins = objects([one] * BINS)
                for c, bin in zip(rows, column):
                    bins[bin] = bins[bin] + c
                sums += bins
            return sums

        return run

    def histogram_by_gmpy2(ciphertexts, columns):
        def run():
            sums = []
            for column in columns:
                bins = [one] * BINS
                for c, bin in zip(ciphertexts, column):
                    bins[bin] = bins[bin] * c % n_squared
                sums += bins
            return sums

        return run

    ways = {"EncryptedNumber +": histogram_of_objects, "gmpy2": histogram_by_gmpy2}
    histogram(figures, options, ways, plaintexts, lambda rows: ciphertexts[:rows], decrypt)

    rows = min(GRADIENT_ROWS, options.rows)
    columns = random_columns(GRADIENT_FEATURES, rows, 1 << COLUMN_BITS)
    residuals = ciphertexts[:rows]
    residual_objects = objects(residuals)

    def gradient_of_objects():
        return [sum(c * x for c, x in zip(residual_objects, column)) for column in columns]

    def gradient_by_gmpy2():
        sums = []
        for column in columns:
            total = one
            for c, x in zip(residuals, column):
                total = total * powmod(c, x, n_squared) % n_squared
            sums.append(total)
        return sums

    ways = {"EncryptedNumber * and +": gradient_of_objects, "gmpy2": gradient_by_gmpy2}
    for way, run in ways.items():
        check(f"gradient, {way}", decrypt(run()), products(plaintexts, columns))
    figures.fastest("micros.gradientCell", ways, rows * GRADIENT_FEATURES)

    return {
        "peer": f"phe {version('phe')} + gmpy2 {version('gmpy2')} ({gmpy2.mp_version()})",
        # r below n, raised to n.
        "randomnessBits": KEY_BITS,
        **figures.as_json(),
    }


# ---------------------------------------------------------------------------------------------------------------------- HEU

# From HEU's source, version 0.5.2: ZPaillier and IPCL raise a fixed base to half the key's length (Damgard-Jurik-Nielsen; IPCL
# switches it on in HEU's key generation), OU to kRandomBits2048. A key of another length has other values.
RANDOMNESS_BITS = {"ZPaillier": 1024, "IPCL": 1024, "OU": 110}


def measure_heu(options):
    try:
        import numpy
        from heu import numpy as hnp
        from heu import phe
    except ImportError as missing:
        raise NotMeasured(f"{missing}: run setup") from missing

    schemes = {}
    for scheme in options.schemes:
        schema = getattr(phe.SchemaType, scheme, None)
        if schema is None:
            schemes[scheme] = {"notMeasured": "this version of HEU does not have it"}
        else:
            kit = hnp.setup(schema, KEY_BITS)
            schemes[scheme] = {"randomnessBits": RANDOMNESS_BITS.get(scheme), **measure_scheme(options, numpy, kit)}
    return {"peer": f"sf-heu {version('sf-heu')}", "schemes": schemes}


def measure_scheme(options, numpy, kit):
    encryptor, decryptor, evaluator = kit.encryptor(), kit.decryptor(), kit.evaluator()
    scalar = evaluator.phe
    figures = Figures()

    def encode(numbers):
        return kit.array(numpy.array(numbers, dtype=numpy.int64))

    def column(numbers):
        return encode([[m] for m in numbers])

    def decrypt(array):
        return [int(m) for m in decryptor.decrypt(array).to_numpy().ravel()]

    messages = random_bits(options.encryptions, PLAINTEXT_BITS)
    encoded, encoded_each = column(messages), [kit.plaintext(m) for m in messages]
    figures.fastest(
        "micros.encrypt",
        {
            "numpy Encryptor.encrypt": lambda: encryptor.encrypt(encoded),
            "Encryptor.encrypt": lambda: [encryptor.phe.encrypt(m) for m in encoded_each],
        },
        options.encryptions,
    )

    indices, count = triples(options.rows)
    base = random_bits(count, PLAINTEXT_BITS)
    encrypted = encryptor.encrypt(column(base))
    check("decryption", decrypt(encrypted), base)
    plaintexts = [base[i] + base[j] + base[k] for i, j, k in indices]
    first, second, third = (list(position) for position in zip(*indices))
    ciphertexts = evaluator.add(evaluator.add(encrypted[first], encrypted[second]), encrypted[third])
    # Their bytes: as text, IPCL's take half a second each.
    different = {ciphertexts[[row], :].serialize() for row in range(options.rows)}
    same_message = encryptor.encrypt(column([1, 1]))
    if len(different) != options.rows or same_message[[0], :].serialize() == same_message[[1], :].serialize():
        raise AssertionError("two ciphertexts are the same")

    some = encrypted[list(range(min(count, 16)))]
    some_each = [some[i, 0] for i in range(some.rows)]
    figures.fastest("micros.decrypt", {"numpy Decryptor.decrypt": lambda: decryptor.decrypt(some)}, some.rows)

    left, right = (ciphertexts[list(range(begin, options.rows, 2))[:500]] for begin in (0, 1))
    pairs = [(left[i, 0], right[i, 0]) for i in range(right.rows)]
    left = left[list(range(right.rows))]

    def add_inplace():
        for a, b in pairs:
            scalar.add_inplace(a, b)

    figures.fastest(
        "micros.add",
        {
            "numpy Evaluator.add": lambda: evaluator.add(left, right),
            "Evaluator.add": lambda: [scalar.add(a, b) for a, b in pairs],
            "Evaluator.add_inplace": add_inplace,
        },
        len(pairs),
    )

    factors = [(1 << 31) | random.getrandbits(31) for _ in some_each]
    encoded_factors = column(factors)
    figures.fastest(
        "micros.multiply32",
        {
            "numpy Evaluator.mul": lambda: evaluator.mul(some, encoded_factors),
            "Evaluator.mul": lambda: [scalar.mul(c, k) for c, k in zip(some_each, factors)],
        },
        len(factors),
    )

    def histogram_by_bucket_sum(ciphertexts, columns):
        bins = numpy.ascontiguousarray(numpy.array(columns, dtype=numpy.int8).T)
        every = numpy.ones(len(bins), dtype=numpy.int8)
        return lambda: evaluator.feature_wise_bucket_sum(ciphertexts, every, bins, BINS, False)

    def histogram_by_select_sum(ciphertexts, columns):
        rows_of_bins = []
        for column in columns:
            rows_of = [[] for _ in range(BINS)]
            for row, bin in enumerate(column):
                rows_of[bin].append(row)
            rows_of_bins += rows_of
        return lambda: evaluator.batch_select_sum(ciphertexts, rows_of_bins)

    ways = {"feature_wise_bucket_sum": histogram_by_bucket_sum, "batch_select_sum": histogram_by_select_sum}
    histogram(figures, options, ways, plaintexts, lambda rows: ciphertexts[list(range(rows))], decrypt)

    rows = min(GRADIENT_ROWS, options.rows)
    columns = random_columns(GRADIENT_FEATURES, rows, 1 << COLUMN_BITS)
    residuals = ciphertexts[list(range(rows))]
    as_row = residuals.transpose()
    encoded_columns, encoded_rows = encode(columns), encode(list(zip(*columns)))
    ways = {
        "matmul(X^T, d)": lambda: evaluator.matmul(encoded_columns, residuals),
        "matmul(d^T, X)": lambda: evaluator.matmul(as_row, encoded_rows),
    }
    for way, run in ways.items():
        check(f"gradient, {way}", decrypt(run()), products(plaintexts, columns))
    figures.fastest("micros.gradientCell", ways, rows * GRADIENT_FEATURES)

    # Not HEU's way but ours on HEU's sums, so that one can tell algorithm from kernel; ratios.py does not compare with it.
    rows = min(BUCKET_ROWS, options.rows)
    columns = random_columns(BUCKET_FEATURES, rows, 1 << COLUMN_BITS)
    run = gradient_by_buckets(numpy, evaluator, ciphertexts[list(range(rows))], columns)
    check("gradient by buckets", [decryptor.phe.decrypt_raw(c) for c in run()], products(plaintexts, columns))
    figures.fastest("micros.gradientCellByBuckets", {"feature_wise_bucket_sum of digits": run}, rows * BUCKET_FEATURES, bursts=3)
    return figures.as_json()


def gradient_by_buckets(numpy, evaluator, ciphertexts, columns):
    scalar = evaluator.phe
    buckets = 1 << DIGIT_BITS
    shifts = range(0, COLUMN_BITS, DIGIT_BITS)
    digits = [[x >> shift & (buckets - 1) for x in column] for column in columns for shift in shifts]
    bins = numpy.ascontiguousarray(numpy.array(digits, dtype=numpy.int8).T)
    every = numpy.ones(len(bins), dtype=numpy.int8)

    def run():
        # Running sums P[b]; the sum of b * B[b] is (buckets - 1) * P[buckets - 1] - P[0] - ... - P[buckets - 2].
        running = evaluator.feature_wise_bucket_sum(ciphertexts, every, bins, buckets, True)
        sums = []
        for feature in range(len(columns)):
            total = None
            for digit, shift in enumerate(shifts):
                begin = (feature * len(shifts) + digit) * buckets
                last = running[begin + buckets - 1, 0]
                below = evaluator.sum(running[begin : begin + buckets - 1, :])
                part = scalar.mul(scalar.sub(scalar.mul(last, buckets - 1), below), 1 << shift)
                total = part if total is None else scalar.add(total, part)
            sums.append(total)
        return sums

    return run


# --------------------------------------------------------------------------------------------------------------------- main


def main():
    parser = argparse.ArgumentParser(description="Measures Paillier in a peer and prints one JSON of figures.")
    parser.add_argument("--peer", required=True, choices=["phe", "heu"])
    parser.add_argument("--rows", type=int, default=100_000, help="rows of the histogram, at least 4; default %(default)s")
    parser.add_argument("--features", type=int, default=20, help="features of the histogram; default %(default)s")
    parser.add_argument("--encryptions", type=int, default=20, help="encryptions in a burst; default %(default)s")
    parser.add_argument("--schemes", nargs="+", default=["ZPaillier", "IPCL", "OU"], help="HEU's schemes; default %(default)s")
    options = parser.parse_args()
    if options.rows < 4 or options.features < 1 or options.encryptions < 1:
        parser.error("at least 4 rows, 1 feature, 1 encryption")

    os.environ["YACL_NUM_THREADS"] = "1"
    # HEU logs to standard output, where only the figures go: until they are there, everything goes to standard error.
    figures_go_to = os.dup(1)
    os.dup2(2, 1)
    try:
        figures = {"phe": measure_phe, "heu": measure_heu}[options.peer](options)
        figures |= {
            "keyBits": KEY_BITS,
            "rows": options.rows,
            "features": options.features,
            "cores": len(os.sched_getaffinity(0)),
            "processorShare": round(spent["processor"] / spent["wall"], 3),
        }
    except NotMeasured as reason:
        figures = {"peer": options.peer, "notMeasured": str(reason)}
    with os.fdopen(figures_go_to, "w") as out:
        print(json.dumps(figures, indent=2), file=out)


if __name__ == "__main__":
    main()
