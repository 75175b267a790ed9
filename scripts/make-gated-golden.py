#!/usr/bin/env python3
"""Makes tests/golden/gated: what PyTorch computes for torch.nn.GRU, torch.nn.LSTM and dense layers, in float64.

Needs torch, numpy and mpmath (on Debian: python3-torch, python3-numpy, python3-mpmath). Run from the repository's
root; the same versions give the same files. Weights are multiples of 1/4096, so they are exact in float32.
"""

import json
import pathlib

import mpmath
import numpy as np
import torch

FOLDER = pathlib.Path("tests/golden/gated")
MADE_WITH = {"script": "scripts/make-gated-golden.py", "torch": torch.__version__, "numpy": np.__version__}
BATCH, STEPS = 2, 12

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)


def tensor(values):
    values = np.asarray(values, dtype=np.float64)
    return {"shape": list(values.shape), "data": values.ravel().tolist()}


def draw(random, shape, scale):
    """Normal deviates rounded to multiples of 1/4096."""
    return np.round(random.normal(0, scale, shape) * 4096) / 4096


def fill(module, random, scale):
    for parameter in module.parameters():
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(draw(random, tuple(parameter.shape), scale)))


def named(prefix, module):
    return {f"{prefix}.{name}": tensor(value.numpy()) for name, value in module.state_dict().items()}


def write(name, contents):
    text = json.dumps({"format": "liquid-edge-golden-1", "name": name, "made_with": MADE_WITH, **contents})
    (FOLDER / f"{name}.json").write_text(text + "\n")


def gated(name, kind, seed, inputs, units, outputs):
    random = np.random.default_rng(seed)
    rnn = getattr(torch.nn, kind)(inputs, units, batch_first=True)
    fill(rnn, random, 0.6)
    tensors = named("rnn", rnn)
    x = draw(random, (BATCH, STEPS, inputs), 1)
    h0 = draw(random, (BATCH, units), 0.5)
    c0 = draw(random, (BATCH, units), 0.7) if kind == "LSTM" else None
    hidden = torch.from_numpy(h0)[None]
    initial = (hidden, torch.from_numpy(c0)[None]) if kind == "LSTM" else hidden
    with torch.no_grad():
        output, final = rnn(torch.from_numpy(x), initial)
        if outputs is not None:
            fc = torch.nn.Linear(units, outputs)
            fill(fc, random, 0.6)
            tensors |= named("fc", fc)
            output = fc(output)
    final_h, final_c = (final[0][0], final[1][0]) if kind == "LSTM" else (final[0], None)
    write(name, {
        "class": f"torch.nn.{kind}",
        "config": {"input_size": inputs, "units": units, "output_size": outputs},
        "tensors": tensors,
        "input": tensor(x),
        "timespans": None,
        "initial_h": tensor(h0),
        "initial_c": None if c0 is None else tensor(c0),
        "float64": {
            "output": tensor(output.numpy()),
            "final_h": tensor(final_h.numpy()),
            "final_c": None if final_c is None else tensor(final_c.numpy()),
        },
    })


ACTIVATIONS = {
    "relu": torch.nn.functional.relu,
    "tanh": torch.tanh,
    "silu": torch.nn.functional.silu,
    "gelu": torch.nn.functional.gelu,
    "sigmoid": torch.sigmoid,
    "linear": lambda x: x,
    "lecun_tanh": lambda x: 1.7159 * torch.tanh(0.666 * x),  # as ncps defines it
}


def mlp(name, seed, inputs, sizes, activation, output_activation):
    random = np.random.default_rng(seed)
    x = draw(random, (BATCH, STEPS, inputs), 1)
    signal = torch.from_numpy(x)
    tensors = {}
    for index, size in enumerate(sizes):
        layer = torch.nn.Linear(signal.shape[-1], size)
        fill(layer, random, 0.6)
        tensors |= named(f"layers.{index}", layer)
        with torch.no_grad():
            signal = ACTIVATIONS[output_activation if index == len(sizes) - 1 else activation](layer(signal))
    write(name, {
        "class": "liquid-edge.MLP",
        "config": {
            "input_size": inputs,
            "layer_sizes": sizes,
            "activation": activation,
            "output_activation": output_activation,
        },
        "tensors": tensors,
        "input": tensor(x),
        "float64": {"output": tensor(signal.numpy()), "final_h": None, "final_c": None},
    })


def activations():
    """Scalar functions at 50 digits (mpmath), rounded to doubles; softplus with PyTorch's threshold, from PyTorch."""
    mpmath.mp.dps = 50
    tiny = {sign * 2.0**-k for k in range(4, 40) for sign in (-1, 1)}
    x = sorted({k / 8 for k in range(-96, 97)} | tiny | {20.5, 30.0, -30.0})

    def phi(v):
        return mpmath.erfc(-v / mpmath.sqrt(2)) / 2

    exact = {
        "erf": mpmath.erf,
        "gelu": lambda v: v * phi(v),
        "sigmoid": lambda v: 1 / (1 + mpmath.exp(-v)),
        "silu": lambda v: v / (1 + mpmath.exp(-v)),
        "tanh": mpmath.tanh,
        "lecun_tanh": lambda v: mpmath.mpf("1.7159") * mpmath.tanh(mpmath.mpf("0.666") * v),
    }
    values = {name: [float(function(mpmath.mpf(v))) for v in x] for name, function in exact.items()}
    values["softplus"] = torch.nn.functional.softplus(torch.tensor(x)).tolist()
    deviation = np.abs(torch.nn.functional.gelu(torch.tensor(x)).numpy() - np.array(values["gelu"])).max()
    assert deviation < 1e-14, deviation
    write("activations", {"mpmath": mpmath.__version__, "x": x, "values": values})


FOLDER.mkdir(parents=True, exist_ok=True)
gated("gru-9", "GRU", 2001, 5, 9, None)
gated("gru-readout-12", "GRU", 2002, 3, 12, 2)
gated("lstm-9", "LSTM", 2003, 5, 9, None)
gated("lstm-readout-13", "LSTM", 2004, 4, 13, 3)
mlp("mlp-relu", 2005, 6, [17, 9, 3], "relu", "linear")
mlp("mlp-gelu-tanh", 2006, 5, [10, 4], "gelu", "tanh")
mlp("mlp-silu-sigmoid", 2007, 7, [11, 2], "silu", "sigmoid")
mlp("mlp-lecun-gelu", 2008, 3, [6, 5, 8], "lecun_tanh", "gelu")
mlp("mlp-single", 2009, 5, [3], "relu", "linear")
activations()
