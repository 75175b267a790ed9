#!/usr/bin/env python3
"""Makes tests/golden/solvers: liquid-edge.LTC with its three solvers and liquid-edge.CTRNN, in float64, with numpy.

Written from the differential equations, not from the reference in TypeScript: the explicit solvers run from a Butcher
tableau on the conductance form of the equation, the semi-implicit one solves its linear equation. Needs numpy only.
Run from the repository's root; the same version of numpy gives the same files. Parameters are multiples of 1/4096, so
they are exact in float32.
"""

import json
import pathlib

import numpy as np

FOLDER = pathlib.Path("tests/golden/solvers")
MADE_WITH = {"script": "scripts/make-solver-golden.py", "numpy": np.__version__}
BATCH, STEPS = 2, 10
EPSILON = 1e-8

# Butcher tableaux: stage coefficients (strictly lower triangular) and weights.
TABLEAUX = {
    "euler": ([[]], [1.0]),
    "rk4": ([[], [0.5], [0.0, 0.5], [0.0, 0.0, 1.0]], [1 / 6, 1 / 3, 1 / 3, 1 / 6]),
}


def grid(values):
    return np.round(np.asarray(values) * 4096) / 4096


def tensor(values):
    values = np.asarray(values, dtype=np.float64)
    return {"shape": list(values.shape), "data": values.ravel().tolist()}


def logistic(x):
    return 0.5 * (1 + np.tanh(0.5 * x))


def runge_kutta(derivative, v, h, stages, weights):
    slopes = []
    for row in stages:
        slopes.append(derivative(v + h * sum((a * k for a, k in zip(row, slopes)), np.zeros_like(v))))
    return v + h * sum(b * k for b, k in zip(weights, slopes))


def ltc_parameters(random, config, inputs, units, outputs, density):
    """Initial values like the original code's, as stored: under softplus `raw` becomes the wanted positive value."""
    implicit = config["implicit_param_constraints"]

    def positive(low, high, shape):
        wanted = random.uniform(low, high, shape)
        return grid(np.log(np.expm1(wanted)) if implicit else wanted)

    def synapses(sources):
        shape = (sources, units)
        return {
            "sigma": grid(random.uniform(2, 6, shape)),
            "mu": grid(random.uniform(0.1, 0.8, shape)),
            "w": positive(0.01, 1, shape),
            "erev": random.choice([-1.0, 1.0], shape),
            "sparsity_mask": (random.uniform(size=shape) < density).astype(float),
        }

    p = {
        "gleak": positive(0.2, 1.2, units),
        "vleak": grid(random.uniform(-0.2, 0.2, units)),
        "cm": positive(0.4, 0.9, units),
    }
    recurrent, sensory = synapses(units), synapses(inputs)
    p |= {k: v for k, v in recurrent.items() if k != "sparsity_mask"}
    p |= {f"sensory_{k}": v for k, v in sensory.items() if k != "sparsity_mask"}
    p |= {"sparsity_mask": recurrent["sparsity_mask"], "sensory_sparsity_mask": sensory["sparsity_mask"]}
    for side, size in (("input", inputs), ("output", outputs)):
        kind = config[f"{side}_mapping"]
        if kind in ("affine", "linear"):
            p[f"{side}_w"] = grid(random.uniform(0.5, 1.5, size))
        if kind == "affine":
            p[f"{side}_b"] = grid(random.uniform(-0.3, 0.3, size))
    return p


def ltc_step(config, p, x, v, elapsed):
    def positive(raw):
        return np.log1p(np.exp(raw)) if config["implicit_param_constraints"] else raw

    u = x * p.get("input_w", 1.0) + p.get("input_b", 0.0)

    def conductances(prefix, source):
        activation = logistic(p[f"{prefix}sigma"] * (source[:, None] - p[f"{prefix}mu"]))
        return positive(p[f"{prefix}w"]) * p[f"{prefix}sparsity_mask"] * activation

    cm, gleak = positive(p["cm"]), positive(p["gleak"])
    sensory = conductances("sensory_", u)

    def currents(state):
        """Leak, synapses and sensors, each a (sources, units) conductance with its reversal potential."""
        yield gleak[None, :], p["vleak"][None, :]
        yield conductances("", state), p["erev"]
        yield sensory, p["sensory_erev"]

    def derivative(state):
        return sum((g * (e - state)).sum(axis=0) for g, e in currents(state)) / cm

    h = config["ode_step"] * elapsed
    for _ in range(config["ode_unfolds"]):
        if config["solver"] == "fused":
            # cm (v' - v) / h = sum g (e - v') - epsilon v', linear in v' once g is frozen at the old state
            total = sum(g.sum(axis=0) for g, _ in currents(v)) + config["epsilon"]
            drive = sum((g * e).sum(axis=0) for g, e in currents(v))
            v = (v + h / cm * drive) / (1 + h / cm * total)
        else:
            v = runge_kutta(derivative, v, h, *TABLEAUX[config["solver"]])
    return v


def memory_step(p, x, h, c):
    a, i, f, o = np.split(p["input_map.weight"] @ x + p["input_map.bias"] + p["recurrent_map.weight"] @ h, 4)
    c = c * logistic(f + 1) + np.tanh(a) * logistic(i)
    return np.tanh(c) * logistic(o), c


def ltc(name, seed, inputs, units, outputs, density=0.6, timespans=False, **options):
    random = np.random.default_rng(seed)
    config = {
        "input_size": inputs,
        "units": units,
        "wiring": {"type": "Random", "args": {"units": units, "output_dim": outputs, "sparsity_level": 0.4}},
        "mixed_memory": False,
        "input_mapping": "affine",
        "output_mapping": "affine",
        "ode_unfolds": 6,
        "epsilon": EPSILON,
        "implicit_param_constraints": True,
        "solver": "rk4",
        "ode_step": 0.1,
    } | options
    p = ltc_parameters(random, config, inputs, units, outputs, density)
    tensors = {f"rnn_cell.{key}": tensor(value) for key, value in p.items()}
    memory = None
    if config["mixed_memory"]:
        shapes = {
            "input_map.weight": (4 * units, inputs),
            "input_map.bias": (4 * units,),
            "recurrent_map.weight": (4 * units, units),
        }
        memory = {key: grid(random.normal(0, 0.5, shape)) for key, shape in shapes.items()}
        tensors |= {f"lstm.{key}": tensor(value) for key, value in memory.items()}
    x = grid(random.uniform(-1, 1.5, (BATCH, STEPS, inputs)))
    spans = grid(np.exp(random.uniform(-2, 1, (BATCH, STEPS)))) if timespans else None
    h0 = grid(random.uniform(-0.5, 0.5, (BATCH, units)))
    c0 = grid(random.uniform(-0.5, 0.5, (BATCH, units))) if memory else None
    output = np.zeros((BATCH, STEPS, outputs))
    final_h, final_c = h0.copy(), None if c0 is None else c0.copy()
    for row in range(BATCH):
        for t in range(STEPS):
            v = final_h[row]
            if memory:
                v, final_c[row] = memory_step(memory, x[row, t], v, final_c[row])
            v = ltc_step(config, p, x[row, t], v, 1.0 if spans is None else spans[row, t])
            final_h[row] = v
            output[row, t] = v[:outputs] * p.get("output_w", 1.0) + p.get("output_b", 0.0)
    write(name, "liquid-edge.LTC", config, tensors, x, spans, h0, c0, output, final_h, final_c)


def ctrnn(name, seed, inputs, units, outputs, timespans=False, **options):
    random = np.random.default_rng(seed)
    config = {"input_size": inputs, "units": units, "ode_unfolds": 6, "ode_step": 0.1, "output_size": outputs} | options
    tau = grid(random.uniform(0.5, 3, units))
    from_x, from_v = grid(random.normal(0, 0.6, (units, inputs))), grid(random.normal(0, 0.6, (units, units)))
    bias = grid(random.normal(0, 0.3, units))
    tensors = {
        "tau": tensor(tau),
        "dense.weight": tensor(np.concatenate([from_x, from_v], axis=1)),
        "dense.bias": tensor(bias),
    }
    x = grid(random.normal(0, 1, (BATCH, STEPS, inputs)))
    spans = grid(np.exp(random.uniform(-2, 1, (BATCH, STEPS)))) if timespans else None
    h0 = grid(random.uniform(-1, 1, (BATCH, units)))
    states = np.zeros((BATCH, STEPS, units))
    for row in range(BATCH):
        v = h0[row]
        for t in range(STEPS):
            h = config["ode_step"] * (1.0 if spans is None else spans[row, t])
            drive = from_x @ x[row, t] + bias
            for _ in range(config["ode_unfolds"]):
                v = (1 - h / tau) * v + h * np.tanh(drive + from_v @ v)
            states[row, t] = v
    output = states
    if outputs is not None:
        weight, offset = grid(random.normal(0, 0.6, (outputs, units))), grid(random.normal(0, 0.3, outputs))
        tensors |= {"fc.weight": tensor(weight), "fc.bias": tensor(offset)}
        output = states @ weight.T + offset
    write(name, "liquid-edge.CTRNN", config, tensors, x, spans, h0, None, output, states[:, -1], None)


def write(name, class_name, config, tensors, x, spans, h0, c0, output, final_h, final_c):
    def optional(values):
        return None if values is None else tensor(values)

    text = json.dumps({
        "format": "liquid-edge-golden-1",
        "name": name,
        "made_with": MADE_WITH,
        "class": class_name,
        "config": config,
        "tensors": tensors,
        "input": tensor(x),
        "timespans": optional(spans),
        "initial_h": tensor(h0),
        "initial_c": optional(c0),
        "float64": {"output": tensor(output), "final_h": tensor(final_h), "final_c": optional(final_c)},
    })
    (FOLDER / f"{name}.json").write_text(text + "\n")


FOLDER.mkdir(parents=True, exist_ok=True)
ltc("ltc-fused-step-7", 3001, 3, 7, 2, solver="fused")
ltc("ltc-euler-9", 3002, 4, 9, 3, solver="euler", implicit_param_constraints=False)
ltc("ltc-euler-irregular-6", 3003, 3, 6, 1, solver="euler", timespans=True, ode_unfolds=4, ode_step=0.05)
ltc("ltc-rk4-9", 3004, 4, 9, 3, solver="rk4", implicit_param_constraints=False, input_mapping=None, output_mapping=None)
ltc("ltc-rk4-irregular-10", 3005, 5, 10, 2, solver="rk4", timespans=True, ode_unfolds=3, ode_step=1 / 3, density=0.3)
ltc("ltc-rk4-mixed-memory-6", 3006, 3, 6, 2, solver="rk4", mixed_memory=True, output_mapping="linear")
ltc("ltc-rk4-dense-8", 3007, 4, 8, 8, solver="rk4", density=1.1, ode_unfolds=2)
ctrnn("ctrnn-9", 3010, 4, 9, None)
ctrnn("ctrnn-readout-irregular-7", 3011, 3, 7, 2, timespans=True, ode_unfolds=3, ode_step=0.2)
