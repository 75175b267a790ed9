#!/usr/bin/env python3
"""Derives the polynomial and rational coefficients of assembly/exp-f32.ts, exp2-f32.ts, gelu-f32.ts and
softplus-f32.ts.

Each is the minimax fit (Lawson's weights on a linearised least squares problem) of one target over one interval, with
its coefficients rounded to float32 one after the other, most influential first, and the rest fitted again after each.
Prints coefficients (highest degree first, as Horner's scheme uses them) and the greatest error of the rounded ones;
exits 1 if a source file does not contain them. Needs numpy and mpmath. Usage: python3 scripts/make-math-coefficients.py
"""

import sys
from pathlib import Path

import mpmath as mp
import numpy as np

mp.mp.dps = 40
ASSEMBLY = Path(__file__).resolve().parent.parent / "assembly"


def chebyshev_nodes(low, high, n):
    return (low + high) / 2 - (high - low) / 2 * np.cos(np.pi * (np.arange(n) + 0.5) / n)


def evaluate(function, xs):
    return np.array([float(function(mp.mpf(float(x)))) for x in xs])


def quotient(xs, num, den):
    return sum(c * xs**i for i, c in num.items()) / sum(c * xs**i for i, c in den.items())


def fit(xs, target, weight, degree_num, degree_den, fixed_num, fixed_den, rounds=300):
    """Coefficients by index that minimise max |weight * (N/D - target)|; the fixed ones stay."""
    free_num = [i for i in range(degree_num + 1) if i not in fixed_num]
    free_den = [i for i in range(degree_den + 1) if i not in fixed_den]
    share = np.full(len(xs), 1 / len(xs))
    den_values = np.ones(len(xs))
    best = (np.inf, {}, {})
    for _ in range(rounds):
        scale = weight / np.abs(den_values)
        columns = [xs**i * scale for i in free_num] + [-target * xs**i * scale for i in free_den]
        known = sum((-c * xs**i for i, c in fixed_num.items()), 0 * xs)
        known = (known + target * sum(c * xs**i for i, c in fixed_den.items())) * scale
        a = np.stack(columns, 1) * np.sqrt(share)[:, None]
        size = np.linalg.norm(a, axis=0)
        c = np.linalg.lstsq(a / size, known * np.sqrt(share), rcond=None)[0] / size
        num = {**fixed_num, **dict(zip(free_num, c))}
        den = {**fixed_den, **dict(zip(free_den, c[len(free_num) :]))}
        error = np.abs(weight * (quotient(xs, num, den) - target))
        if error.max() < best[0]:
            best = (error.max(), num, den)
        den_values = sum(v * xs**i for i, v in den.items())
        share = share * (error / error.max() + 1e-3)
        share /= share.sum()
    return best


def round_in_order(xs, target, weight, degree_num, degree_den, order):
    num, den = {}, {0: 1.0}
    for side, i in order:
        _, fitted_num, fitted_den = fit(xs, target, weight, degree_num, degree_den, num, den)
        if side == "num":
            num[i] = float(np.float32(fitted_num[i]))
        else:
            den[i] = float(np.float32(fitted_den[i]))
    return num, den, np.abs(weight * (quotient(xs, num, den) - target)).max()


def report(title, file, num, den, error):
    source = (ASSEMBLY / file).read_text()
    missing = []
    print(f"{title}: greatest error {error:.2e} ({file})")
    for name, coefficients in (("N", num), ("D", den)):
        if len(coefficients) == 1:
            continue
        texts = [str(np.float32(coefficients[i])) for i in sorted(coefficients, reverse=True)]
        print(f"  {name}  {'  '.join(texts)}")
        missing += [t for t in texts if f"({t.removesuffix('.0')})" not in source]
    for text in missing:
        print(f"  {text} is not in {file}", file=sys.stderr)
    return not missing


def expm1_reduced():
    """e^r - 1 = r + r^2 p(r), |r| <= ln(2)/2 and a little more for the rounding of n; error relative to e^r - 1."""
    bound = float(mp.log(2) / 2) * 1.001
    r = chebyshev_nodes(-bound, bound, 1001)
    r = r[np.abs(r) > 1e-4]
    target = evaluate(lambda t: (mp.expm1(t) - t) / t**2, r)
    result = round_in_order(r, target, r**2 / np.abs(np.expm1(r)), 4, 0, [("num", i) for i in range(5)])
    return report("e^r - 1", "exp-f32.ts", *result)


def exp2_reduced():
    """2^f = 1 + f p(f), |f| <= 1/2; error relative to 2^f."""
    f = chebyshev_nodes(-0.5005, 0.5005, 1000)
    target = evaluate(lambda t: (mp.mpf(2) ** t - 1) / t, f)
    result = round_in_order(f, target, np.abs(f) / 2**f, 4, 0, [("num", i) for i in range(5)])
    return report("2^f", "exp2-f32.ts", *result)


def normal_tail():
    """g(a) = e^(a^2/2) erfc(a / sqrt 2) / 2 = N(a) / D(a), 0 <= a <= 14.5; error relative to g."""
    a = chebyshev_nodes(0, 14.5, 1500)
    target = evaluate(lambda t: mp.erfc(t / mp.sqrt(2)) / 2 * mp.exp(t**2 / 2), a)
    order = [("num", 0)]
    for i in range(1, 5):
        order += [("den", i), ("num", i)]
    result = round_in_order(a, target, 1 / target, 4, 5, order + [("den", 5)])
    return report("g(a)", "gelu-f32.ts", *result)


def log1p_rest():
    """(y - log(1 + y)) / y^2 = N(y) / D(y), 0 <= y <= 1; error relative to log(1 + y)."""
    y = chebyshev_nodes(0, 1, 1000)
    y = y[y > 1e-4]
    target = evaluate(lambda t: (t - mp.log1p(t)) / t**2, y)
    order = [("num", 0), ("den", 1), ("num", 1), ("den", 2), ("num", 2), ("den", 3)]
    result = round_in_order(y, target, y**2 / np.log1p(y), 2, 3, order)
    return report("log(1 + y)", "softplus-f32.ts", *result)


if __name__ == "__main__":
    found = [expm1_reduced(), exp2_reduced(), normal_tail(), log1p_rest()]
    sys.exit(0 if all(found) else 1)
