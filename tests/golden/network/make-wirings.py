# Writes wirings.json: digests of wirings built by the real ncps code, to check many more than ncps/wirings.json lists.
# Run: python3 make-wirings.py <checkout of mlech26l/ncps at 695ec22> > wirings.json   (needs python3-numpy)
import hashlib
import importlib.util
import json
import pathlib
import random
import sys

import numpy

source = pathlib.Path(sys.argv[1]) / "ncps" / "wirings" / "wirings.py"
spec = importlib.util.spec_from_file_location("wirings", source)
wirings = importlib.util.module_from_spec(spec)
spec.loader.exec_module(wirings)

rng = random.Random(695)


def random_ncp():
    inter, command, motor = rng.randint(1, 24), rng.randint(1, 6), rng.randint(1, 9)
    return {
        "inter_neurons": inter,
        "command_neurons": command,
        "motor_neurons": motor,
        "sensory_fanout": rng.randint(0, min(inter, 5)),
        "inter_fanout": rng.randint(0, min(command, 2)),
        "recurrent_command_synapses": rng.randint(0, 2 * command),
        "motor_fanin": rng.randint(0, min(command, 2)),
        "seed": rng.randint(0, 2**32 - 1),
    }


def random_auto_ncp():
    outputs = rng.randint(1, 8)
    return {
        "units": outputs + 3 + rng.randint(0, 60),
        "output_size": outputs,
        "sparsity_level": rng.choice([0.1, 0.25, 0.3, 0.5, 0.55, 0.7, 0.8, 0.9, 0.95, 1.0]),
        "seed": rng.randint(0, 2**32 - 1),
    }


def random_fully_connected():
    units = rng.randint(1, 20)
    return {
        "units": units,
        "output_dim": rng.randint(1, units),
        "erev_init_seed": rng.randint(0, 2**53 - 1),
        "self_connections": rng.random() < 0.5,
    }


def random_random():
    units = rng.randint(1, 40)
    return {
        "units": units,
        "output_dim": rng.randint(1, units),
        "sparsity_level": rng.choice([0.0, 0.1, 0.125, 0.3, 0.5, 0.75, 0.9, 0.95, 0.99]),
        "random_seed": rng.randint(0, 2**53 - 1),
    }


def digest(kind, args, inputs):
    wiring = getattr(wirings, kind)(**args)
    wiring.build(inputs)
    matrices = [wiring.adjacency_matrix, wiring.sensory_adjacency_matrix]
    content = b"".join(matrix.astype(numpy.int8).tobytes() for matrix in matrices)
    return {
        "wiring": {"type": kind, "args": args},
        "input_dim": inputs,
        "synapses": int(wiring.synapse_count),
        "sensory_synapses": int(wiring.sensory_synapse_count),
        "sha256": hashlib.sha256(content).hexdigest()[:16],
    }


cases = []
for _ in range(60):
    for kind, args in (
        ("NCP", random_ncp()),
        ("AutoNCP", random_auto_ncp()),
        ("FullyConnected", random_fully_connected()),
        ("Random", random_random()),
    ):
        cases.append(digest(kind, args, rng.randint(1, 12)))

# A command neuron that no inter neuron picked, while three are the most that may then be picked for it: rare.
rare = {"inter_neurons": 20, "command_neurons": 3, "motor_neurons": 2, "sensory_fanout": 1, "inter_fanout": 1}
rare |= {"recurrent_command_synapses": 0, "motor_fanin": 1}
found = 0
for seed in range(20_000):
    wiring = wirings.NCP(**rare, seed=seed)
    wiring.build(1)
    # Each inter neuron has one synapse of its own; more than 20 mean that an unreached command neuron was connected.
    if numpy.abs(wiring.adjacency_matrix[5:, 2:5]).sum() > 20:
        cases.append(digest("NCP", {**rare, "seed": seed}, 1))
        found += 1
        if found == 5:
            break

print(json.dumps({
    "provenance": "wirings.json by make-wirings.py: wirings.py of mlech26l/ncps (Apache-2.0) at commit "
    "695ec22d7d1831f2ced67346ef7d2f08c525bd47, numpy " + numpy.__version__ + "; sha256 (first 16 digits) of the "
    "adjacency matrix, then the sensory one, as int8, row-major",
    "wirings": cases,
}, separators=(",", ":")))
