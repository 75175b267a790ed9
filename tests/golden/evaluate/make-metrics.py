# Expected metrics, intervals and tests from scikit-learn and SciPy. Writes metrics.json beside itself.
# Made with Debian's python3-sklearn 1.2.1 and python3-scipy 1.10.1 (numpy 1.24.2):  /usr/bin/python3 make-metrics.py
import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics as m

rng = np.random.default_rng(20240917)


def ranking(n, levels, positive_rate, weighted):
    """Labels and scores; `levels` distinct scores make ties, None makes none."""
    label = (rng.random(n) < positive_rate).astype(int)
    label[:2] = [0, 1]
    score = label * 0.7 + rng.normal(size=n)
    if levels is not None:
        score = np.floor(score * levels / 6) / 4
    score = score.astype(np.float32)
    weight = rng.integers(0, 4, n) if weighted else np.ones(n, int)
    weight[:2] = 1
    predicted = (score > 0).astype(int)
    w = dict(sample_weight=weight)
    return dict(
        label=label.tolist(), score=score.tolist(), weight=weight.tolist(),
        auc=m.roc_auc_score(label, score, **w), averagePrecision=m.average_precision_score(label, score, **w),
        accuracy=m.accuracy_score(label, predicted, **w),
        balancedAccuracy=m.balanced_accuracy_score(label, predicted, **w),
        f1=m.f1_score(label, predicted, **w, zero_division=0),
    )


def classes(n, k, weighted):
    label = rng.integers(0, k, n)
    label[:k] = np.arange(k)
    predicted = np.where(rng.random(n) < 0.7, label, rng.integers(0, k, n))
    weight = rng.integers(0, 4, n) if weighted else np.ones(n, int)
    weight[:k] = 1
    w = dict(sample_weight=weight)
    return dict(
        classes=k, label=label.tolist(), predicted=predicted.tolist(), weight=weight.tolist(),
        accuracy=m.accuracy_score(label, predicted, **w),
        balancedAccuracy=m.balanced_accuracy_score(label, predicted, **w),
        f1=m.f1_score(label, predicted, average="macro", **w),
    )


def regression(n, width, weighted):
    target = rng.normal(size=(n, width))
    output = target + rng.normal(size=(n, width)) * 0.3
    weight = rng.integers(0, 4, n) if weighted else np.ones(n, int)
    weight[0] = 1
    w = dict(sample_weight=weight)
    return dict(
        width=width, target=target.ravel().tolist(), output=output.ravel().tolist(), weight=weight.tolist(),
        mse=m.mean_squared_error(target, output, **w), mae=m.mean_absolute_error(target, output, **w),
    )


def wilson(k, n, level):
    ci = stats.binomtest(k, n).proportion_ci(level, method="wilson")
    return dict(k=k, n=n, level=level, min=ci.low, max=ci.high)


def mcnemar(b, c):
    n = b + c
    exact = stats.binomtest(b, n).pvalue if n else 1.0
    mid = min(1.0, 2 * stats.binom.cdf(min(b, c), n, 0.5) - stats.binom.pmf(min(b, c), n, 0.5)) if n else 1.0
    return dict(onlyFirst=b, onlySecond=c, exact=exact, midP=mid)


def bootstrap():
    """A mean over clusters of unequal sizes: SciPy resamples (sum, size) pairs, 20,000 times, percentile method."""
    size = rng.integers(5, 40, 60)
    level = rng.normal(size=60)
    total = np.array([np.sum(l + rng.normal(size=s)) for l, s in zip(level, size)])
    out = dict(size=size.tolist(), sum=total.tolist(), value=total.sum() / size.sum())
    for conf in (0.9, 0.95):
        ci = stats.bootstrap(
            (total, size), lambda t, s, axis: t.sum(axis) / s.sum(axis), paired=True, vectorized=True,
            n_resamples=20000, confidence_level=conf, method="percentile", random_state=1,
        ).confidence_interval
        out[f"ci{round(100 * conf)}"] = [ci.low, ci.high]
    return out


result = dict(
    provenance=f"make-metrics.py; scikit-learn {sklearn.__version__}, SciPy {scipy.__version__}, numpy {np.__version__}",
    ranking=[
        ranking(200, None, 0.5, False), ranking(300, 7, 0.3, False), ranking(120, 3, 0.1, True),
        ranking(400, None, 0.05, True), ranking(2, None, 0.5, False), ranking(50, 1, 0.5, False),
    ],
    classes=[classes(150, 3, False), classes(200, 13, True)],
    regression=[regression(80, 1, False), regression(60, 3, True)],
    wilson=[wilson(k, n, l) for k, n in [(0, 10), (10, 10), (1, 1), (382, 390), (7, 12), (5000, 10000)] for l in (0.9, 0.95)],
    mcnemar=[mcnemar(b, c) for b, c in [(0, 0), (1, 0), (5, 5), (3, 12), (12, 3), (40, 61), (700, 640), (0, 30)]],
    bootstrap=bootstrap(),
)
path = pathlib.Path(__file__).with_name("metrics.json")
path.write_text(json.dumps(result) + "\n")
