"""Cuts the first windows out of two published traces: make-excerpts.py <folder with the traces and index.json>."""

import gzip
import json
import pathlib
import sys

HEADER_BYTES = 5
# name of the session, marks that are kept
EXCERPTS = {"l4r5-st-v1.0-kws": 7, "l4r5-st-v1.1-ic": 4}

source = pathlib.Path(sys.argv[1])
target = pathlib.Path(__file__).parent
published = []
for session in json.loads((source / "index.json").read_text()):
    n_marks = EXCERPTS.get(session["name"])
    if n_marks is None:
        continue
    marks = session["timestamps_s"][:n_marks]
    n_samples = round((marks[-1] + 0.1) * session["sample_rate_hz"])
    raw = gzip.decompress((source / session["trace"]).read_bytes())[: HEADER_BYTES + 4 * n_samples]
    name = session["name"]
    (target / f"{name}.energy.bin.gz").write_bytes(gzip.compress(raw, 9, mtime=0))
    (target / f"{name}.timestamps.json").write_text(json.dumps(marks) + "\n")
    windows = [w for w in session["published"]["windows"] if w["window"] < n_marks]
    throughput = session["published"]["performance_mode_throughput_per_s"]
    published.append({"name": name, "throughput_per_s": throughput, "windows": windows, "source": session["source"]})
(target / "published.json").write_text(json.dumps(published, indent=2) + "\n")
