# Writes softplus.json: softplus of float32 numbers, correctly rounded to float32, from mpmath with 80 digits.
# Run: python3 make-softplus.py > softplus.json   (needs python3-mpmath and python3-numpy)
import json
import random
import struct

import mpmath
import numpy

mpmath.mp.dps = 80
rng = random.Random(20240814)


def from_bits(bits):
    return struct.unpack("<f", struct.pack("<I", bits))[0]


def round_to_float32(value):
    """Bits of the float32 nearest to the non-negative mpf, ties to even."""
    if value == 0:
        return 0
    exponent = max(int(mpmath.floor(mpmath.log(value, 2))), -126)
    steps = value / mpmath.mpf(2) ** (exponent - 23)
    whole = int(mpmath.floor(steps))
    rest = steps - whole
    if rest > 0.5 or (rest == 0.5 and whole % 2 == 1):
        whole += 1
    # Consecutive bit patterns are consecutive numbers, so a carry into the next power of two needs no care.
    return whole if exponent == -126 else ((exponent + 126) << 23) + whole


def softplus_bits(x):
    exact = mpmath.mpf(x)
    if exact > 20:
        return struct.unpack("<I", struct.pack("<f", x))[0]
    return round_to_float32(mpmath.log1p(mpmath.exp(exact)) if exact > -200 else mpmath.mpf(0))


# Every exponent below 2^7 with both signs, three mantissas each; the range where results are neither 0 nor x more
# densely; the edges: threshold, underflow, zeros, the largest numbers.
bits = []
for exponent in range(0, 135):
    for sign in (0, 1):
        for mantissa in (0, rng.getrandbits(23), rng.getrandbits(23)):
            bits.append(sign << 31 | exponent << 23 | mantissa)
for _ in range(600):
    bits.append(struct.unpack("<I", struct.pack("<f", rng.uniform(-105, 21)))[0])
for _ in range(400):
    bits.append(struct.unpack("<I", struct.pack("<f", rng.uniform(-4, 4)))[0])
for edge in (20.0, -104.0, -103.97208404541016, -103.97207641601562, -103.27893, -87.33654, 3.4028234663852886e38, -3.4028234663852886e38):
    center = struct.unpack("<I", struct.pack("<f", edge))[0]
    bits += [center - 1, center] + ([center + 1] if abs(edge) < 1e38 else [])

# Hard cases: results that lie nearest to the middle between two float32 numbers, 40 of a million in each range. An
# error of 2^-42 of the result rounds some of them to the wrong side. Candidates are found in float64, decided above.
for low, high in [(-80, -20), (-20, -8), (-8, -2), (-2, -0.5), (-0.5, 0), (0, 0.5), (0.5, 2), (2, 8)]:
    points = numpy.random.RandomState(7).uniform(low, high, 1_000_000).astype(numpy.float32)
    results = numpy.log1p(numpy.exp(points.astype(numpy.float64)))
    steps = results / 2.0 ** (numpy.floor(numpy.log2(results)) - 23)
    nearest = numpy.argsort(numpy.abs(steps - numpy.floor(steps) - 0.5))[:40]
    bits += [int(b) for b in points[nearest].view(numpy.uint32)]

print(json.dumps({
    "provenance": "softplus.json by make-softplus.py, mpmath " + mpmath.__version__ + " with 80 digits: bits of x and of log(1 + e^x) correctly rounded to float32; above 20 x itself (PyTorch's threshold)",
    "x_bits": bits,
    "softplus_bits": [softplus_bits(from_bits(b)) for b in bits],
}, separators=(",", ":")))
