// `train`: what it reads, writes, says and refuses.

import { describe, expect, it } from "vitest";
import { readModel } from "../../bindings/network/checkpoint.ts";
import { parseSafetensors } from "../../bindings/network/safetensors.ts";
import { cli, type Outcome, type World } from "./run-cli.ts";
import { trainJson } from "./schemas.ts";

const DESCRIPTION = {
  task: "classification",
  inputs: ["a", "b"],
  target: "label",
  sequence: "take",
  split: { train: 0.6, validation: 0.2, test: 0.2 },
  normalise: "train",
};

/** Slow and fast waves, told apart by their frequency alone. */
function waves(change: (line: string, row: number) => string | null = (line) => line): string {
  const lines = ["take,a,b,label"];
  for (let take = 0; take < 20; take++) {
    for (let t = 0; t < 4 + (take % 3); t++) {
      const wave = Math.sin((0.4 + 1.2 * (take % 2)) * t + take);
      const line = `${take},${wave.toFixed(4)},${Math.cos(7 * take + t).toFixed(4)},${take % 2 ? "fast" : "slow"}`;
      const changed = change(line, lines.length);
      if (changed !== null) lines.push(changed);
    }
  }
  return `${lines.join("\n")}\n`;
}

const QUICK = "--cell liquid-gate --units 2 --epochs 3 --batch 6 --lr 0.05".split(" ");

/** What `train …args` does with these waves. */
function train(args: readonly string[], world: World & { csv?: string } = {}): Promise<Outcome> {
  const { csv = waves(), ...rest } = world;
  const files = { "waves.csv": csv, "waves.json": JSON.stringify(DESCRIPTION), ...world.files };
  const words = ["train", "waves.csv", "--description", "waves.json", ...args];
  return cli(words, { ...rest, files });
}

const written = ({ writtenBytes }: Outcome, name: string) => writtenBytes.get(name)!;

describe("train", () => {
  it("writes a network that carries its training, and takes its checkpoint away", async () => {
    const outcome = await train([...QUICK, "--out", "net.safetensors"]);
    expect(outcome).toMatchObject({ code: 0, err: [], removed: ["net.checkpoint.safetensors"] });
    const bytes = written(outcome, "net.safetensors");
    const model = readModel(bytes, undefined, { weights: "net" });
    expect(model).toMatchObject({ class: "liquid-edge.LiquidGate", config: { units: 2, output_size: 2 } });
    const { metadata } = parseSafetensors(bytes, "net");
    const training = JSON.parse(metadata.training!);
    expect(training).toMatchObject({ dataset: "waves.csv", epochs: 3, settings: { batchSize: 6, seed: 0 } });
    expect(training.dataSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(training.metrics.validation).toMatchObject({ name: "accuracy" });
    expect(JSON.parse(metadata.normalisation!)).toMatchObject({ inputs: ["a", "b"], limit: [null, null] });
    expect(outcome.out).toContain("26 parameters");
    expect(outcome.out).toContain(
      "Score it: liquid-edge evaluate net.safetensors --data waves.csv --description waves.json",
    );
  });

  it("gives equal files for equal seeds", async () => {
    const file = async (seed: string) =>
      written(await train([...QUICK, "--out", "a.safetensors", "--seed", seed]), "a.safetensors");
    const first = await file("3");
    expect(await file("3")).toEqual(first);
    expect(Buffer.compare(first, await file("4"))).not.toBe(0);
  });

  it("stops at Ctrl-C with a checkpoint that goes on to the same file, and says how", async () => {
    const whole = await train([...QUICK, "--out", "net.safetensors"]);
    const stop = new AbortController();
    let writes = 0;
    const stopped = await train([...QUICK, "--out", "net.safetensors"], {
      interrupt: stop.signal,
      onWrite: () => {
        if (++writes === 1) stop.abort();
      },
    });
    expect(stopped).toMatchObject({ code: 1, out: "", removed: [] });
    const again =
      "liquid-edge train waves.csv --description waves.json --resume net.checkpoint.safetensors --out net.safetensors";
    expect(stopped.err).toEqual([
      `liquid-edge: net.safetensors: stopped after 1 of 3 epochs; go on with: ${again}`,
    ]);
    const checkpoint = written(stopped, "net.checkpoint.safetensors");
    const args = ["--resume", "c.safetensors", "--out", "net.safetensors"];
    const resumed = await train(args, { files: { "c.safetensors": checkpoint } });
    expect(resumed).toMatchObject({ code: 0, err: [] });
    expect(written(resumed, "net.safetensors")).toEqual(written(whole, "net.safetensors"));

    const other = await train(args, {
      files: { "c.safetensors": checkpoint },
      csv: waves((line) => line.replace("0.5", "0.6")),
    });
    expect(other.code).toBe(2);
    expect(other.err[0]).toMatch(
      /^liquid-edge: c.safetensors: "data" expected waves.csv as the training saw it, /,
    );
    const contrary = await train([...args, "--lr", "1"], { files: { "c.safetensors": checkpoint } });
    expect(contrary.err).toEqual([
      "liquid-edge: --lr: expected without --resume, whose settings hold, found both",
    ]);
  });

  it("stops when the loss diverges, naming step and learning rate", async () => {
    const args =
      "--cell mlp --units 2 --optimiser sgd --clip 0 --schedule constant --lr 1e30 --epochs 4 --batch 3".split(
        " ",
      );
    const { code, err, written, writtenBytes } = await train([...args, "--out", "net.safetensors"]);
    expect(code).toBe(1);
    expect(err).toHaveLength(1);
    expect(err[0]).toMatch(
      /^liquid-edge: net.safetensors: the loss diverged: .* found \S+ at step \d+ \(epoch \d\) with learning rate 1\.00e\+30; try a lower --lr$/,
    );
    expect([written.size, writtenBytes.size]).toEqual([0, 0]);
  });

  it("prints JSON that holds the whole course", async () => {
    const { code, out, err } = await train([
      ...QUICK,
      "--out",
      "net.safetensors",
      "--patience",
      "9",
      "--json",
    ]);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    const json = trainJson.parse(JSON.parse(out));
    expect(json).toMatchObject({ parameters: 26, reason: "epochs", epochs: 3, settings: { patience: 9 } });
    expect(json.history.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  });

  it("draws loss and metric", async () => {
    const outcome = await train([...QUICK, "--out", "net.safetensors", "--plot", "curve.svg"]);
    const svg = outcome.written.get("curve.svg")!;
    for (const label of ["epoch", "loss", "accuracy %", "train", "validation"])
      expect(svg).toContain(`>${label}</text>`);
  });

  it.each([
    [
      "a hole",
      waves((line, row) => (row === 7 ? line.replace(/,[^,]*,/, ",,") : line)),
      [],
      /^liquid-edge: waves.csv:\d+: "a" expected a (finite )?number/,
    ],
    [
      "NaN",
      waves((line, row) => (row === 7 ? line.replace(/,[^,]*,/, ",nan,") : line)),
      [],
      /^liquid-edge: waves.csv:\d+: "a" expected a (finite )?number/,
    ],
    [
      "one class",
      waves((line) => line.replace("fast", "slow")),
      [],
      /expected at least two classes in the file, found only "slow"/,
    ],
    [
      "one class to train on",
      waves((line) => (Number(line.split(",")[0]) < 12 ? line.replace("fast", "slow") : line)),
      [],
      /waves.csv: "train" expected at least two classes, found only slow/,
    ],
    [
      "what the cell cannot do",
      waves(),
      ["--cell", "gru", "--unfolds", "3"],
      /^liquid-edge: gru: "unfolds" expected only with ltc or ctrnn, found 3$/,
    ],
    [
      "a loss of another task",
      waves(),
      ["--loss", "mse"],
      /^liquid-edge: training: "loss" expected cross-entropy for classification, found mse$/,
    ],
    [
      "windows of whole sequences",
      waves(),
      ["--window", "3"],
      /^liquid-edge: --window: expected data with a target a step, /,
    ],
    [
      "patience without validation",
      waves(),
      ["--patience", "3", "--validation", "none"],
      /^liquid-edge: --patience: expected a validation part, found none in /,
    ],
    [
      "an option of another schedule",
      waves(),
      ["--step-factor", "0.5"],
      /^liquid-edge: --step-factor: expected with --schedule step, found cosine$/,
    ],
    [
      "a share that is none",
      waves(),
      ["--validation", "1.5"],
      /Expected split, none, or a share above 0 and below 1/,
    ],
    ["a checkpoint that is none", waves(), ["--resume", "waves.csv"], /^liquid-edge: waves.csv: /],
  ])("refuses %s in one line and writes nothing", async (_, csv, args, message) => {
    const outcome = await train([...args, "--out", "net.safetensors"], { csv });
    expect(outcome.code).toBe(2);
    expect(outcome.err).toHaveLength(1);
    expect(outcome.err[0]).toMatch(message);
    expect([outcome.written.size, outcome.writtenBytes.size, outcome.out]).toEqual([0, 0, ""]);
  });

  it("refuses time that goes back, naming line and column", async () => {
    const timed = { ...DESCRIPTION, time: "t" };
    const csv = waves((line, row) => (row === 1 ? `${line},1` : `${line},${row === 3 ? 0 : row}`)).replace(
      "label",
      "label,t",
    );
    const outcome = await train(["--out", "net.safetensors"], {
      csv,
      files: { "waves.json": JSON.stringify(timed) },
    });
    expect(outcome).toMatchObject({ code: 2, out: "" });
    expect(outcome.err[0]).toMatch(/^liquid-edge: waves.csv:4: "t" expected a time after /);
  });
});
