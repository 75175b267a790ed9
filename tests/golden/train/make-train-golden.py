# Losses, optimisers, clipping and schedules of PyTorch in float64, as golden numbers for tests/train:
#   python3 make-train-golden.py > torch.json
import json
import sys

import torch
import torch.nn.functional as F

torch.set_default_dtype(torch.float64)
torch.manual_seed(20210605)


def numbers(tensor):
    return tensor.detach().flatten().tolist()


def losses():
    cases = []

    def add(loss, output, target, value):
        value.backward()
        cases.append({
            "loss": loss,
            "nOutputs": output.shape[-1],
            "output": numbers(output),
            "target": numbers(target),
            "mean": value.item(),
            "gradient": numbers(output.grad),
        })

    def outputs(n, width, scale=2.0):
        return (scale * torch.randn(n, width)).requires_grad_()

    y, t = outputs(7, 3), torch.randn(7, 3)
    add({"name": "mse"}, y, t, F.mse_loss(y, t))
    y = outputs(7, 3)
    add({"name": "mae"}, y, t, F.l1_loss(y, t))
    for smoothing in [0.0, 0.05, 0.3]:
        y, t = outputs(9, 5, 4.0), torch.randint(0, 5, (9,))
        value = F.cross_entropy(y, t, label_smoothing=smoothing)
        add({"name": "cross-entropy", "labelSmoothing": smoothing}, y, t, value)
    for weight in [1.0, 3.0]:
        y, t = outputs(11, 1, 5.0), torch.randint(0, 2, (11, 1)).double()
        value = F.binary_cross_entropy_with_logits(y, t, pos_weight=torch.tensor([weight]))
        add({"name": "binary-cross-entropy", "labelSmoothing": 0, "classWeights": [1, weight]}, y, t, value)
    # Weights of both classes and smoothed labels: the weights as those of samples, the labels as soft targets.
    y, t = outputs(11, 1), torch.randint(0, 2, (11, 1)).double()
    soft = t * 0.9 + 0.05
    value = (F.binary_cross_entropy_with_logits(y, torch.ones_like(y), reduction="none") * soft * 4
             + F.binary_cross_entropy_with_logits(y, torch.zeros_like(y), reduction="none") * (1 - soft) * 0.5).mean()
    add({"name": "binary-cross-entropy", "labelSmoothing": 0.1, "classWeights": [0.5, 4]}, y, t, value)
    return cases


def optimisers():
    makers = {
        "adam": lambda p, o: torch.optim.Adam(p, lr=1, betas=(o["beta1"], o["beta2"]), eps=o["epsilon"],
                                              weight_decay=o["weightDecay"]),
        "adamw": lambda p, o: torch.optim.AdamW(p, lr=1, betas=(o["beta1"], o["beta2"]), eps=o["epsilon"],
                                                weight_decay=o["weightDecay"]),
        "sgd": lambda p, o: torch.optim.SGD(p, lr=1, momentum=o["momentum"], weight_decay=o["weightDecay"]),
    }
    adam = {"name": "adam", "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0, "momentum": 0}
    variants = [
        adam,
        {**adam, "weightDecay": 0.1},
        {**adam, "beta1": 0.8, "beta2": 0.95, "epsilon": 1e-3},
        {**adam, "name": "adamw", "weightDecay": 0.01},
        {**adam, "name": "adamw", "weightDecay": 0.5},
        {**adam, "name": "sgd"},
        {**adam, "name": "sgd", "momentum": 0.9, "weightDecay": 0.05},
    ]
    cases = []
    for settings in variants:
        parameter = torch.nn.Parameter(torch.randn(6))
        start = numbers(parameter)
        optimiser = makers[settings["name"]]([parameter], settings)
        steps = []
        for i in range(12):
            # From 1 down to 1e-9: epsilon decides about the small ones.
            gradient = torch.randn(6) * torch.tensor([1, 1, 1e-3, 1e-6, 1e-8, 1e-9])
            rate = 0.03 / (1 + i)
            for group in optimiser.param_groups:
                group["lr"] = rate
            parameter.grad = gradient
            optimiser.step()
            steps.append({"gradient": numbers(gradient), "learningRate": rate, "parameters": numbers(parameter)})
        cases.append({"settings": settings, "start": start, "steps": steps})
    return cases


def clipping():
    cases = []
    for scale, limit in [(0.1, 1.0), (3.0, 1.0), (3.0, 0.25), (1e-7, 1e-7)]:
        parameters = [torch.nn.Parameter(torch.zeros(n)) for n in (3, 5)]
        for parameter in parameters:
            parameter.grad = scale * torch.randn_like(parameter)
        before = sum((numbers(p.grad) for p in parameters), [])
        norm = torch.nn.utils.clip_grad_norm_(parameters, limit)
        after = sum((numbers(p.grad) for p in parameters), [])
        cases.append({"maxNorm": limit, "gradient": before, "norm": norm.item(), "clipped": after})
    return cases


def schedules():
    def rates(make, steps):
        optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.02)
        scheduler = make(optimiser)
        found = []
        for _ in range(steps):
            found.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            scheduler.step()
        return found

    return {
        "base": 0.02,
        "cosine20": rates(lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, T_max=20), 20),
        "stepEvery3By0.4": rates(lambda o: torch.optim.lr_scheduler.StepLR(o, step_size=3, gamma=0.4), 10),
    }


json.dump({"torch": torch.__version__, "losses": losses(), "optimisers": optimisers(), "clipping": clipping(),
           "schedules": schedules()}, sys.stdout)
