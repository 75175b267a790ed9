#!/usr/bin/env python3
"""Writes tests/golden/math/<function>.txt: exact values of the core's elementary functions by mpmath.

Line 1 says where it comes from; every other line is the bits of an f32 argument and the bits of the result as a double,
both in hexadecimal. The double is the exact result, rounded once: far finer than the ULP of f32 it is to measure.
Arguments: four of each exponent and sign, zeros, infinities, NaN, the ends of the normal and denormal range, and f32
around the places where a function saturates, underflows or changes its method.
Needs mpmath. Usage: python3 scripts/make-math-golden.py [function…], by default all
"""

import random
import struct
import sys
from fractions import Fraction
from pathlib import Path

import mpmath as mp

mp.mp.prec = 400
FOLDER = Path(__file__).resolve().parent.parent / "tests" / "golden" / "math"
LN2 = float(mp.log(2))


def f32_bits(x):
    return struct.unpack("<I", struct.pack("<f", x))[0]


def f32_from_bits(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def round_to_double(exact):
    """`exact` (mpf) rounded half to even, infinite from 2^1024 on."""
    if exact == 0 or not mp.isfinite(exact):
        return float(exact)
    exponent = mp.frexp(exact)[1]
    if exponent < -1076:
        return 0.0
    quantum = max(exponent - 53, -1074)
    n = round(Fraction(int(mp.floor(mp.ldexp(exact, 120 - quantum))), 2**120))
    return float(mp.ldexp(mp.mpf(n), quantum)) if abs(n) < 2 ** (1024 - quantum) else float("inf")


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


def gelu(x):
    return x * mp.erfc(-x / mp.sqrt(2)) / 2 if abs(x) < 40 else max(x, mp.mpf(0))


FUNCTIONS = {
    "exp": (mp.exp, 1000, lambda x: mp.inf if x > 0 else mp.mpf(0)),
    "sigmoid": (sigmoid, 1000, lambda x: mp.mpf(x > 0)),
    "tanh": (mp.tanh, 1000, mp.sign),
    "lecunTanh": (
        lambda x: mp.mpf(17159) / 10000 * mp.tanh(x * 666 / 1000),
        1000,
        lambda x: mp.mpf(17159) / 10000 * mp.sign(x),
    ),
    "silu": (lambda x: x * sigmoid(x), 1000, lambda x: max(x, mp.mpf(0))),
    "gelu": (gelu, 40, lambda x: max(x, mp.mpf(0))),
    "softplus": (
        lambda x: max(x, mp.mpf(0)) + mp.log1p(mp.exp(-abs(x))),
        1000,
        lambda x: max(x, mp.mpf(0)),
    ),
}


def arguments():
    rng = random.Random(20)
    bits = {0, 1, 2, 0x7FFFFF, 0x800000, 0x7F7FFFFF, 0x7F800000}
    for exponent in range(255):
        bits.update(exponent << 23 | rng.getrandbits(23) for _ in range(4))
    bits.update(rng.getrandbits(k) for k in range(1, 24) for _ in range(2))  # denormal
    middles = [LN2 * (k + 0.5) for k in range(-1, 151)]  # where n changes
    special = [0.5, 1, 2, 2.5, 4.5058, 5.9, 8.1, 9.0109, 11.64, 12.39, 13.2, 13.5299, 14.2, 14.36, 14.5, 15]
    special += [16.64, 17.33]
    special += [18.02, 18.5, 87.3365, 88.0297, 88.72283, 89, 103.2789, 103.97208, 104, 104.68, 108.5, 109]
    for x in middles + special:
        center = f32_bits(x)
        bits.update(max(center + k, 0) for k in (-1, 0, 1))
    return sorted(bits) + sorted(b | 0x80000000 for b in bits) + [0x7FC00000]


def value(name, x):
    function, limit, beyond = FUNCTIONS[name]
    if x != x:
        return x
    if x == 0 and name not in ("exp", "sigmoid", "softplus"):
        return x
    return round_to_double(function(mp.mpf(x)) if abs(x) <= limit else beyond(mp.mpf(x)))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    points = arguments()
    names = sys.argv[1:] or FUNCTIONS
    for name in names:
        origin = f"by scripts/make-math-golden.py, mpmath {mp.__version__}"
        lines = [f"# {name}(x), bits of x (f32) and of the result (f64), {origin}"]
        for bits in points:
            exact = value(name, f32_from_bits(bits))
            lines.append(f"{bits:08x} {struct.unpack('<Q', struct.pack('<d', exact))[0]:016x}")
        (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n")
    print(f"{len(points)} arguments, {len(names)} functions in {FOLDER}")


if __name__ == "__main__":
    main()
