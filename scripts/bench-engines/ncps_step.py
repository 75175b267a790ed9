"""A step of LTC or CfC by ncps itself, as a control loop would call it.

usage: ncps_step.py weights.safetensors config.json [gradients]
Each line "n" on standard input runs the sequence n times, step by step; the answer is "seconds outputs…" in one line.
"""

import json
import sys

import ncps.torch
import ncps.wirings
import torch
from torch_step import read_safetensors, serve


def build(case):
    config = dict(case["config"])
    inputs, units, wiring = (config.pop(name, None) for name in ("input_size", "units", "wiring"))
    if wiring is not None:
        units = getattr(ncps.wirings, wiring["type"])(**wiring["args"])
    return getattr(ncps.torch, case["class"].split(".")[-1])(inputs, units, **config)


def main():
    weights, config_path, *options = sys.argv[1:]
    torch.set_num_threads(1)
    with open(config_path) as file:
        case = json.load(file)
    model = build(case).eval()
    model.load_state_dict(read_safetensors(weights))
    _, steps, inputs = case["input"]["shape"]
    x = torch.tensor(case["input"]["data"]).reshape(steps, 1, 1, inputs)

    def run():
        state, outputs = None, []
        for t in range(steps):
            y, state = model(x[t], state)
            outputs.append(y)
        return outputs

    # As the library is called when nobody thinks of it, PyTorch records what gradients would need.
    serve(run, torch.enable_grad if "gradients" in options else torch.inference_mode)


main()
