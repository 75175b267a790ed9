#!/usr/bin/env python3
"""Writes tests/golden/integer/<function>.txt: exact values of the functions behind the tables of integer networks.

Line 1 says where it comes from; every other line is an argument as an integer in units of 2^-11 and the function's value as
the bits of a double (the exact value, rounded once), in hexadecimal. Arguments are those of the entries of the table that
docs/integers.md defines for the function. Needs mpmath. Usage: python3 scripts/make-table-golden.py
"""

import struct
from pathlib import Path

import mpmath as mp

mp.mp.prec = 300
FOLDER = Path(__file__).resolve().parent.parent / "tests" / "golden" / "integer"


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


WHOLE = range(-32768, 32769, 256)
TABLES = {
    "sigmoid": (sigmoid, range(-16384, 16385, 128)),
    "tanh": (mp.tanh, range(-8192, 8193, 64)),
    "exp-neg": (lambda u: mp.exp(-u), range(0, 32769, 128)),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), range(-16384, 16385, 128)),
    "sigmoid-nearest": (sigmoid, range(16 - 16384, 16384, 32)),
    "activation-lecun_tanh": (lambda x: mp.mpf(17159) / 10000 * mp.tanh(x * 666 / 1000), WHOLE),
    "activation-tanh": (mp.tanh, WHOLE),
    "activation-silu": (lambda x: x * sigmoid(x), WHOLE),
    "activation-gelu": (lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2, WHOLE),
    "activation-sigmoid": (sigmoid, WHOLE),
}


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, (function, arguments) in TABLES.items():
        lines = [f"# {name}: x in 2^-11 and the bits of f(x), by scripts/make-table-golden.py, mpmath {mp.__version__}"]
        for n in arguments:
            value = float(function(mp.mpf(n) / 2048))
            lines.append(f"{n} {struct.unpack('<Q', struct.pack('<d', value))[0]:016x}")
        (FOLDER / f"{name}.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
