"""LTC and CfC on PyTorch, from the formulas: dense tensors and masks, as networks are usually written there.

usage: torch_step.py weights.safetensors config.json
Each line "n" on standard input runs the sequence n times, step by step; the answer is "seconds outputs…" in one line.
"""

import json
import struct
import sys
import time

import numpy
import torch
import torch.nn.functional as F


def read_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = numpy.frombuffer(data[begin:end], dtype="<f4").reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.copy())
    return tensors


class Ltc(torch.nn.Module):
    def __init__(self, tensors, config):
        super().__init__()
        for name, value in tensors.items():
            self.register_buffer(name.removeprefix("rnn_cell."), value)
        self.unfolds = config["ode_unfolds"]
        self.epsilon = config["epsilon"]

    def forward(self, x, v):
        x = x * self.input_w + self.input_b
        cm = F.softplus(self.cm) * self.unfolds
        gleak = F.softplus(self.gleak)
        open_in = torch.sigmoid(self.sensory_sigma * (x.unsqueeze(-1) - self.sensory_mu))
        act = F.softplus(self.sensory_w) * open_in * self.sensory_sparsity_mask
        num_in = (act * self.sensory_erev).sum(1)
        den_in = act.sum(1)
        w = F.softplus(self.w)
        for _ in range(self.unfolds):
            act = w * torch.sigmoid(self.sigma * (v.unsqueeze(-1) - self.mu)) * self.sparsity_mask
            num = cm * v + gleak * self.vleak + (act * self.erev).sum(1) + num_in
            den = cm + gleak + act.sum(1) + den_in
            v = num / (den + self.epsilon)
        outputs = self.output_w.shape[0]
        return v[:, :outputs] * self.output_w + self.output_b, v


class Cfc(torch.nn.Module):
    def __init__(self, tensors, config):
        super().__init__()
        self.t = {name.removeprefix("rnn_cell."): value for name, value in tensors.items()}

    def linear(self, name, x):
        return F.linear(x, self.t[name + ".weight"], self.t[name + ".bias"])

    def forward(self, x, h):
        z = 1.7159 * torch.tanh(0.666 * self.linear("backbone.0", torch.cat([x, h], 1)))
        f1 = torch.tanh(self.linear("ff1", z))
        f2 = torch.tanh(self.linear("ff2", z))
        t = torch.sigmoid(self.linear("time_a", z) + self.linear("time_b", z))
        h = f1 * (1.0 - t) + t * f2
        return h, h


def serve(run, mode=torch.inference_mode):
    """Answers every line of standard input: so many runs, timed, and the outputs of the last one."""
    for line in sys.stdin:
        with mode():
            begin = time.perf_counter()
            for _ in range(int(line)):
                outputs = run()
            seconds = time.perf_counter() - begin
        values = torch.cat(outputs).detach().flatten().tolist()
        print(f"{seconds:.9f}", *(f"{value:.9g}" for value in values), flush=True)


def main():
    weights, config_path = sys.argv[1:]
    torch.set_num_threads(1)
    with open(config_path) as file:
        case = json.load(file)
    model = (Ltc if case["class"].endswith("LTC") else Cfc)(read_safetensors(weights), case["config"]).eval()
    _, steps, inputs = case["input"]["shape"]
    x = torch.tensor(case["input"]["data"]).reshape(steps, 1, inputs)

    def run():
        state, outputs = torch.zeros(1, case["config"]["units"]), []
        for t in range(steps):
            y, state = model(x[t], state)
            outputs.append(y)
        return outputs

    serve(run)


if __name__ == "__main__":
    main()
