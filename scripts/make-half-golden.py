# Writes tests/golden/half/: what numpy says of IEEE 754 binary16. Run with numpy >= 1.20 from the repository's root.
#
#   values.sha256   of the float32 values of all 65,536 halves in the order of their bits, every NaN as 0x7fc00000
#   floats.f32      float32 numbers: random bits, numbers around midpoints of two halves, edges; all little endian
#   floats.f16      what numpy rounds them to

import hashlib

import numpy

halves = numpy.arange(65536, dtype=numpy.uint16).view(numpy.float16)
values = halves.astype("<f4")
values[numpy.isnan(values)] = numpy.array([0x7FC00000], dtype="<u4").view("<f4")[0]
with open("tests/golden/half/values.sha256", "w") as file:
    file.write(hashlib.sha256(values.tobytes()).hexdigest() + "\n")

random = numpy.random.default_rng(16)
finite = values[:0x7C00]
picked = random.choice(len(finite) - 1, 500, replace=False)
middles = ((finite[picked].astype(numpy.float64) + finite[picked + 1]) / 2).astype("<f4")
near = numpy.concatenate([numpy.nextafter(middles, numpy.float32(0)), middles, numpy.nextafter(middles, numpy.float32(1e9))])
edges = numpy.array(
    [0, 65504, 65519.996, 65520, 65536, 3.4028235e38, numpy.inf, numpy.nan, 2.0**-24, 2.0**-25, 2.0**-25 * 1.0000001,
     2.0**-26, 1e-45, 2.0**-14, 2.0**-14 * (1 - 2.0**-11), 1, 1 / 3], dtype="<f4")
bits = random.integers(0, 2**32, 2000, dtype=numpy.uint32).view("<f4")
common = random.normal(0, 1, 1000).astype("<f4")
floats = numpy.concatenate([near, -near, edges, -edges, bits, common]).astype("<f4")
with numpy.errstate(over="ignore", invalid="ignore"):
    rounded = floats.astype("<f2")
floats.tofile("tests/golden/half/floats.f32")
rounded.tofile("tests/golden/half/floats.f16")
