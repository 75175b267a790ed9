# Writes numpy-random.json: draws of numpy's two generators that wirings.json does not reach (seeds of two words,
# large populations, rejection, sizes at the edges). Run: python3 make-numpy-random.py > numpy-random.json
import json

import numpy

SEEDS = [0, 1, 1111, 4294967295, 4294967296, 9007199254740991]
# (population, sample): one of one, all of a few, Floyd, Floyd above 10,000, partial shuffle above 10,000.
CHOICES = [(1, 1), (5, 5), (1000, 30), (10001, 200), (10001, 201), (12000, 11999), (12000, 12000), (7, 0)]
# Single draws from 0..n-1: near powers of two, and sizes that reject often.
SIZES = [1, 2, 3, 4, 255, 256, 257, 65537, 3000000000, 4294967295]


def generator_case(seed):
    rng = numpy.random.default_rng(seed)
    singles = [[int(rng.integers(0, n)) for _ in range(5)] for n in SIZES]
    choices = [digest(rng.choice(n, size=c, replace=False)) for n, c in CHOICES]
    return {"seed": seed, "singles": singles, "choices": choices}


def legacy_case(seed):
    rng = numpy.random.RandomState(seed)
    words = [int(w) for w in rng.randint(0, 2**32, size=1300, dtype=numpy.uint32)]
    rng = numpy.random.RandomState(seed)
    singles = [[int(rng.choice(n)) for _ in range(5)] for n in SIZES if n < 2**31]
    choices = [digest(rng.choice(n, size=c, replace=False)) for n, c in CHOICES]
    return {"seed": seed, "last_words_of_1300": words[-4:], "singles": singles, "choices": choices}


def digest(sample):
    """Length, first and last four items, and a sum that depends on the order."""
    items = [int(i) for i in sample]
    weighted = sum((k % 97 + 1) * item for k, item in enumerate(items))
    return {"length": len(items), "first": items[:4], "last": items[-4:], "weighted_sum": weighted}


print(json.dumps({
    "provenance": "numpy-random.json by make-numpy-random.py, numpy " + numpy.__version__,
    "sizes": SIZES,
    "choices": CHOICES,
    "generator": [generator_case(s) for s in SEEDS],
    "legacy": [legacy_case(s) for s in SEEDS if s < 2**32],
}, separators=(",", ":")))
