#!/usr/bin/env python3
"""Writes statistics.json beside itself: what bindings/statistics is held against.

Tail probabilities and quantiles of t come from mpmath with 60 digits (SciPy 1.10 has 9 in some quantiles); confidence intervals, pooled t-tests, least squares, Theil-Sen slopes and
Kendall's tau from SciPy; the Hamed-Rao factor and the statistic of E-divisive are written out here after the papers, the
latter by brute force over all splits. Debian packages python3-scipy and python3-mpmath.
Usage: /usr/bin/python3 tests/golden/statistics/make-statistics.py
"""

import json
from itertools import combinations
from pathlib import Path

import mpmath as mp
import numpy as np
import scipy
from scipy import stats

mp.mp.dps = 60
rng = np.random.default_rng(20260131)


def student(t, df):
    """Two-sided tail of Student's t: an incomplete beta function; where its series is slow, the integral of the density."""
    t, df = mp.mpf(t), mp.mpf(df)
    x = df / (df + t * t)
    if x < 0.9:
        return mp.betainc(df / 2, mp.mpf(1) / 2, 0, x, regularized=True)
    front = mp.gamma((df + 1) / 2) / (mp.gamma(df / 2) * mp.sqrt(df * mp.pi))
    density = lambda u: front * mp.exp(-(df + 1) / 2 * mp.log1p(u * u / df))
    return 1 - 2 * mp.quad(density, [t * k / 16 for k in range(17)])


def quantile(p, df):
    return float(mp.findroot(lambda t: student(t, df) - p, stats.t.isf(p / 2, df)))


def values(n, mean, sd):
    return [float(x) for x in rng.normal(mean, sd, n)]


def welch(a, b):
    va, vb = np.var(a, ddof=1) / len(a), np.var(b, ddof=1) / len(b)
    df = (va + vb) ** 2 / (va**2 / (len(a) - 1) + vb**2 / (len(b) - 1))
    difference, error = np.mean(b) - np.mean(a), np.sqrt(va + vb)
    # SciPy keeps its degrees of freedom to itself; its p-value shows that these are the same.
    assert abs(stats.ttest_ind(b, a, equal_var=False).pvalue / (2 * stats.t.sf(abs(difference) / error, df)) - 1) < 1e-10
    half = stats.t.ppf(0.95, df) * error
    return {"a": a, "b": b, "min": difference - half, "max": difference + half, "df": df, "pooledP": stats.ttest_ind(a, b).pvalue}


def line(x, y):
    r = stats.linregress(x, y)
    theil = stats.theilslopes(y, x)
    tau = stats.kendalltau(x, y, method="asymptotic")
    return {
        "x": x, "y": y, "slope": r.slope, "intercept": r.intercept, "slopeError": r.stderr,
        "interceptError": r.intercept_stderr, "rSquared": r.rvalue**2, "p": r.pvalue,
        "theilSen": theil[0], "theilIntercept": theil[1], "kendallP": tau.pvalue, "correlationFactor": hamed_rao(np.array(y)),
    }


def hamed_rao(y):
    n = len(y)
    slope = stats.theilslopes(y, np.arange(n))[0]
    ranks = stats.rankdata(y - slope * np.arange(n))
    d = ranks - ranks.mean()
    if (d**2).sum() == 0:
        return 1.0
    rho = [float((d[k:] * d[: n - k]).sum() / (d**2).sum()) for k in range(1, n - 2)]
    bound = stats.norm.ppf(0.975) / np.sqrt(n)
    total = sum((n - k) * (n - k - 1) * (n - k - 2) * r for k, r in enumerate(rho, 1) if abs(r) > bound)
    return max(1.0, float(1 + 2 / (n * (n - 1) * (n - 2)) * total))


def energy_split(z, least):
    best = (0, 0, 0.0)
    mean = lambda pairs: float(np.mean([abs(a - b) for a, b in pairs]))
    for tau in range(least, len(z) - least + 1):
        for kappa in range(tau + least, len(z) + 1):
            x, y = z[:tau], z[tau:kappa]
            e = 2 * float(np.mean(np.abs(np.subtract.outer(x, y)))) - mean(combinations(x, 2)) - mean(combinations(y, 2))
            q = e * len(x) * len(y) / (len(x) + len(y))
            if q > best[2]:
                best = (tau, kappa, q)
    return {"series": z, "tau": best[0], "kappa": best[1], "q": best[2]}


def ar1(n, rho):
    out = [0.0]
    for noise in rng.normal(size=n):
        out.append(rho * out[-1] + float(noise))
    return out[1:]


ts = [1e-6, 0.01, 0.3, 0.7, 1, 1.5, 2, 3, 5, 8, 12, 20, 40, 200]
dfs = [1, 1.5, 2, 3, 4.7, 8, 15, 30, 48.3, 100, 333, 1000, 1e4]
xs = [float(x) for x in range(40)]
step = lambda n, at, size, sd: [v + (size if i >= at else 0) for i, v in enumerate(values(n, 100, sd))]
series = [values(12, 5, 1), step(20, 12, 5, 1), step(25, 6, 3, 1), values(9, 0, 1),
          [v + (5 if 8 <= i < 14 else 0) for i, v in enumerate(values(22, 100, 1))], [1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 2.0]]
out = {
    "provenance": f"make-statistics.py; mpmath {mp.__version__}, SciPy {scipy.__version__}, numpy {np.__version__}",
    "student": [{"t": t, "df": df, "p": float(student(t, df))} for t in ts for df in dfs],
    "normal": [{"z": z, "p": float(mp.erfc(mp.mpf(z) / mp.sqrt(2)))} for z in [0.0, 1e-8, 0.1, 0.5, 1.0, 1.6, 2.1, 2.13, 3.0, 4.2, 5.5, 7.13, 7.2, 9.0, 15.0, 30.0]],
    "quantiles": [{"p": p, "df": df, "t": quantile(p, df)} for p in [0.9, 0.5, 0.1, 0.05, 0.01, 1e-3, 1e-6] for df in [1, 2, 3.3, 8, 18, 57.2, 400]],
    "welch": [welch(values(n, 0, a), values(m, d, b)) for n, m, d, a, b in [(5, 5, 0, 1, 1), (3, 8, 0.5, 1, 3), (10, 10, 2, 0.1, 1), (20, 4, 0.03, 0.03, 0.05), (30, 30, 8, 1, 1)]],
    "lines": [line(xs, values(40, 100, 1)), line(xs, [v + 0.1 * i for i, v in enumerate(values(40, 100, 1))]),
              line(xs, [v + 2 * i for i, v in enumerate(values(40, 100, 3))]), line(xs, [float(round(v)) for v in values(40, 10, 2)]),
              line(xs, ar1(40, 0.8)), line([1.7e12 + 86400000.0 * x for x in xs], [v - 0.3 * i for i, v in enumerate(values(40, 50, 2))]),
              line(xs[:5], values(5, 1, 1)), line([float(x) for x in range(200)], ar1(200, 0.6))],
    "splits": [energy_split(z, 3) for z in series],
}
Path(__file__).with_name("statistics.json").write_text(json.dumps(out) + "\n")
