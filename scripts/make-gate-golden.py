#!/usr/bin/env python3
"""Makes tests/golden/gate: liquid-edge.LiquidGate in float64, with numpy.

No other software has this cell, so it is written from its differential equation dh/dt = f (g - h), f and g held constant
over a step, and not from the reference in TypeScript: the equation is the linear system d[h, 1]/dt = A [h, 1], and a step is
the matrix exponential exp(T A), by scaling and squaring of its Taylor series. The rate f is the logarithm of a sum of two
exponentials (numpy.logaddexp), tanh comes from the logistic function. Where all elapsed times are 1, the script asserts that
the step is the minimal gated unit h' = s(a) g + s(-a) h.

Needs numpy only. Run from the repository's root; the same version of numpy gives the same files. Parameters are multiples
of 1/4096, so they are exact in float32.
"""

import json
import pathlib

import numpy as np

FOLDER = pathlib.Path("tests/golden/gate")
MADE_WITH = {"script": "scripts/make-gate-golden.py", "numpy": np.__version__}
BATCH, STEPS = 2, 12


def grid(values):
    return np.round(np.asarray(values) * 4096) / 4096


def tensor(values):
    values = np.asarray(values, dtype=np.float64)
    return {"shape": list(values.shape), "data": values.ravel().tolist()}


def logistic(x):
    return np.exp(-np.logaddexp(0, -x))


def exponential(matrix):
    """exp of a small matrix: Taylor to the 24th power of matrix / 2^k with a norm of at most 1/2, squared k times."""
    halvings = max(0, int(np.ceil(np.log2(max(np.abs(matrix).sum(axis=1).max(), 1e-300)))) + 1)
    scaled = matrix / 2.0**halvings
    term = result = np.eye(len(matrix))
    for power in range(1, 25):
        term = term @ scaled / power
        result = result + term
    for _ in range(halvings):
        result = result @ result
    return result


def relax(h, target, rate, elapsed):
    """h after `elapsed` of dh/dt = rate (target - h)."""
    return (exponential(elapsed * np.array([[-rate, rate * target], [0.0, 0.0]])) @ [h, 1.0])[0]


def gate(name, seed, inputs, units, outputs, spans=None, bias_a=0.0):
    random = np.random.default_rng(seed)
    draw = {}
    for head, shift in (("g", 0.0), ("a", bias_a)):
        draw[f"{head}.weight"] = grid(random.normal(0, 0.7, (units, inputs + units)))
        draw[f"{head}.bias"] = grid(random.normal(shift, 0.5, units))
    x = grid(random.normal(0, 1, (BATCH, STEPS, inputs)))
    timespans = None if spans is None else grid(np.exp(random.uniform(*np.log(spans), (BATCH, STEPS))))
    h0 = grid(random.uniform(-1, 1, (BATCH, units)))
    states = np.zeros((BATCH, STEPS, units))
    for row in range(BATCH):
        h = h0[row]
        for t in range(STEPS):
            z = np.concatenate([x[row, t], h])
            target = 2 * logistic(2 * (draw["g.weight"] @ z + draw["g.bias"])) - 1
            a = draw["a.weight"] @ z + draw["a.bias"]
            elapsed = 1.0 if timespans is None else timespans[row, t]
            after = np.array([relax(*values, elapsed) for values in zip(h, target, np.logaddexp(0, a))])
            if timespans is None:
                deviation = np.abs(after - (logistic(a) * target + logistic(-a) * h)).max()
                assert deviation < 1e-14, deviation
            states[row, t] = h = after
    output = states
    if outputs is not None:
        draw["fc.weight"] = grid(random.normal(0, 0.6, (outputs, units)))
        draw["fc.bias"] = grid(random.normal(0, 0.3, outputs))
        output = states @ draw["fc.weight"].T + draw["fc.bias"]
    text = json.dumps({
        "format": "liquid-edge-golden-1",
        "name": name,
        "made_with": MADE_WITH,
        "class": "liquid-edge.LiquidGate",
        "config": {"input_size": inputs, "units": units, "output_size": outputs},
        "tensors": {key: tensor(value) for key, value in draw.items()},
        "input": tensor(x),
        "timespans": None if timespans is None else tensor(timespans),
        "initial_h": tensor(h0),
        "initial_c": None,
        "float64": {"output": tensor(output), "final_h": tensor(states[:, -1]), "final_c": None},
    })
    (FOLDER / f"{name}.json").write_text(text + "\n")


FOLDER.mkdir(parents=True, exist_ok=True)
gate("gate-9", 4001, 5, 9, None)
gate("gate-readout-14", 4002, 3, 14, 2)
gate("gate-irregular-11", 4003, 4, 11, None, spans=(0.05, 20))
gate("gate-slow-readout-8", 4004, 2, 8, 3, spans=(1, 4000), bias_a=-6.0)
gate("gate-fast-10", 4005, 6, 10, None, spans=(0.001, 1), bias_a=8.0)
