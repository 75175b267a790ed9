"""Trains the sine example on PyTorch: LTC from the formulas, dense tensors and masks, Adam, one step an epoch.

usage: torch_train.py initial.safetensors training.json epochs
Prints "seconds loss…": the time of all epochs, and the loss before each of them.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch_step import Ltc, read_safetensors


def main():
    weights, training_path, epochs = sys.argv[1:]
    torch.set_num_threads(1)
    with open(training_path) as file:
        training = json.load(file)
    tensors = read_safetensors(weights)
    model = Ltc({}, {"ode_unfolds": 6, "epsilon": 1e-8})
    for name, value in tensors.items():
        name = name.removeprefix("rnn_cell.")
        if name.endswith("mask"):
            model.register_buffer(name, value)
        else:
            model.register_parameter(name, torch.nn.Parameter(value))
    _, steps, inputs = training["input"]["shape"]
    x = torch.tensor(training["input"]["data"]).reshape(steps, 1, inputs)
    target = torch.tensor(training["target"]["data"]).reshape(steps, 1, -1)
    optimiser = training["optimiser"]
    adam = torch.optim.Adam(
        model.parameters(), lr=optimiser["lr"], betas=tuple(optimiser["betas"]), eps=optimiser["eps"]
    )
    losses = []
    begin = time.perf_counter()
    for _ in range(int(epochs)):
        state = torch.zeros(1, model.cm.shape[0])
        outputs = []
        for t in range(steps):
            y, state = model(x[t], state)
            outputs.append(y)
        loss = F.mse_loss(torch.stack(outputs), target)
        losses.append(loss.item())
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), optimiser["clip_grad_norm"])
        adam.step()
    seconds = time.perf_counter() - begin
    print(f"{seconds:.6f}", *(f"{loss:.9g}" for loss in losses))


if __name__ == "__main__":
    main()
