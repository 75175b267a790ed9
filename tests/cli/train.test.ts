// `train`: what it reads, writes, says and refuses.

import { describe, expect, it } from "vitest";
import { readModel } from "../../bindings/network/checkpoint.ts";
import { describeModel } from "../../bindings/network/describe.ts";
import { parseSafetensors } from "../../bindings/network/safetensors.ts";
import { cli, type Outcome, type World } from "./run-cli.ts";
import { trainJson } from "./schemas.ts";
import { WAVES_DESCRIPTION, waves } from "./waves.ts";

const QUICK = "--cell liquid-gate --units 2 --epochs 3 --batch 6 --lr 0.05".split(" ");

/** What `train …args` does with these waves. */
function train(args: readonly string[], world: World & { csv?: string } = {}): Promise<Outcome> {
  const { csv = waves(), ...rest } = world;
  const files = { "waves.csv": csv, "waves.json": JSON.stringify(WAVES_DESCRIPTION), ...world.files };
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

  it("takes neurons out on the way, for a smaller network, also to an energy budget", async () => {
    const base =
      "--cell gru --units 8 --epochs 5 --batch 2 --pruning neurons --json --out net.safetensors".split(" ");
    const half = await train([...base, "--sparsity", "0.5"]);
    expect(half).toMatchObject({ code: 0, err: [] });
    const { pruned, parameters, settings } = trainJson.parse(JSON.parse(half.out));
    expect(settings.pruning).toEqual({ method: "neurons", sparsity: 0.5 });
    const model = readModel(written(half, "net.safetensors"), undefined, { weights: "net" });
    expect(model.config).toMatchObject({ units: 4 });
    expect(parameters).toBe(describeModel(model).parameters.trainable);
    expect(pruned!.find(({ tensor }) => tensor === "rnn.weight_hh_l0")).toMatchObject({
      kept: 48,
      total: 192,
    });
    const frugal = await train([...base, ..."--board nrf52840 --energy-budget-uj 0.5".split(" ")]);
    expect(frugal).toMatchObject({ code: 0, err: [] });
    const { energy } = trainJson.parse(JSON.parse(frugal.out));
    expect(energy!.at(-1)!.energyUj).toBeLessThanOrEqual(0.5);
    const own = readModel(written(frugal, "net.safetensors"), undefined, { weights: "net" });
    expect((own.config as { units: number }).units).toBeLessThan(8);
    const output = await train(
      "--cell ltc --wiring fully-connected --units 2 --pruning neurons --sparsity 0.5 --out n.safetensors".split(
        " ",
      ),
    );
    expect(output).toMatchObject({
      code: 2,
      err: [expect.stringMatching(/^liquid-edge: pruning: expected a network with neurons/)],
    });
  });

  it("takes weights out on the way, as prune writes them, and trains the rest on with --from", async () => {
    const args = "--cell gru --units 8 --epochs 5 --batch 2 --sparsity 0.75 --out net.safetensors".split(" ");
    const outcome = await train([...args, "--json"]);
    expect(outcome).toMatchObject({ code: 0, err: [] });
    const { pruned, settings } = trainJson.parse(JSON.parse(outcome.out));
    expect(settings.pruning).toEqual({ method: "4x1", sparsity: 0.75 });
    expect(pruned!.map(({ tensor, kept, total }) => [tensor, kept, total])).toEqual([
      ["rnn.weight_ih_l0", 12, 48],
      ["rnn.weight_hh_l0", 48, 192],
    ]);
    const file = written(outcome, "net.safetensors");
    const model = readModel(file, undefined, { weights: "net" });
    const mask = model.tensors.get("prune_mask.rnn.weight_hh_l0")!.data;
    expect(mask.reduce((sum, value) => sum + value, 0)).toBe(48);
    expect((await train(args)).out).toMatch(/rnn\.weight_hh_l0 +recurrent +4x1 +48 +192 +75/);

    const files = { "net.safetensors": file };
    const tuning = "--from net.safetensors --epochs 2 --lr 0.01 --out tuned.safetensors".split(" ");
    const tuned = await train(tuning, { files });
    expect(tuned).toMatchObject({ code: 0, err: [] });
    const after = readModel(written(tuned, "tuned.safetensors"), undefined, { weights: "tuned" });
    const weights = (of: typeof model) => of.tensors.get("rnn.weight_hh_l0")!.data;
    expect(after.tensors.get("prune_mask.rnn.weight_hh_l0")!.data).toEqual(mask);
    expect(weights(after).every((value, i) => (value === 0) === (mask[i] === 0))).toBe(true);
    expect(weights(after)).not.toEqual(weights(model));

    const refused = async (more: string[], message: RegExp) => {
      const { code, err, writtenBytes } = await train([...tuning, ...more], { files });
      expect({ code, n: err.length, written: writtenBytes.size }).toEqual({ code: 2, n: 1, written: 0 });
      expect(err[0]).toMatch(message);
    };
    await refused(["--units", "3"], /--units: expected without --from, whose network holds, found both$/);
    const three = { ...WAVES_DESCRIPTION, inputs: ["a"] };
    const { err } = await train(tuning, { files: { ...files, "waves.json": JSON.stringify(three) } });
    expect(err).toEqual(['liquid-edge: net.safetensors: "inputs" expected 1, as waves.csv has, found 2']);
  });

  it("trains given weights for their integers, to the same file also after a stop", async () => {
    const float = await train([
      ..."--cell lstm --units 4 --epochs 40 --batch 4 --lr 0.02".split(" "),
      "--out",
      "f.safetensors",
    ]);
    const files = { "f.safetensors": written(float, "f.safetensors") };
    const args = "--from f.safetensors --precision int4 --epochs 3 --batch 4 --out net.safetensors".split(
      " ",
    );
    const whole = await train(args, { files });
    expect(whole).toMatchObject({ code: 0, err: [] });
    expect(whole.out).toMatch(/Validation accuracy % after quantize --precision int4: \d/);
    const stop = new AbortController();
    const stopped = await train(args, { files, interrupt: stop.signal, onWrite: () => stop.abort() });
    expect(stopped.err[0]).toContain("stopped after 1 of 3 epochs");
    const checkpoint = { "c.safetensors": written(stopped, "net.checkpoint.safetensors") };
    const more = ["--resume", "c.safetensors", "--out", "net.safetensors", "--json"];
    const resumed = await train(more, { files: checkpoint });
    expect(resumed).toMatchObject({ code: 0, err: [] });
    expect(written(resumed, "net.safetensors")).toEqual(written(whole, "net.safetensors"));
    const { integers, settings, epoch } = trainJson.parse(JSON.parse(resumed.out));
    expect(settings.precision).toBe("int4");
    // What either file is can be told: the checkpoint's training, and the weights.
    const seen = async (file: string, bytes: Uint8Array) =>
      (await cli(["inspect", file], { files: { [file]: bytes } })).out;
    expect(await seen("c.safetensors", checkpoint["c.safetensors"])).toMatch(
      /checkpoint of a training of torch.nn.LSTM[\s\S]*1 of 3 epochs[\s\S]*for its integers, int4/,
    );
    const { trainedFor } = trainJson.parse(JSON.parse(resumed.out));
    expect(trainedFor).toBe(integers!.isBetter ? "int4" : null);
    expect(/trained +for its integers, int4/.test(await seen("n", written(whole, "net.safetensors")))).toBe(
      integers!.isBetter,
    );
    expect(await seen("f", files["f.safetensors"])).not.toContain("for its integers");
    // Of the weights given and the trained ones the better ones are written.
    const model = (bytes: Uint8Array) => readModel(bytes, undefined, { weights: "net" }).tensors;
    const isOld = Buffer.compare(
      Buffer.from(model(files["f.safetensors"]).get("rnn.weight_hh_l0")!.data.buffer),
      Buffer.from(model(written(whole, "net.safetensors")).get("rnn.weight_hh_l0")!.data.buffer),
    );
    expect(isOld === 0).toBe(!integers!.isBetter);
    expect(epoch === 0).toBe(!integers!.isBetter);
    const { before, after, isBetter } = integers!;
    const [a, b] = [after.metric!, before.metric!];
    expect(isBetter).toBe(a > b || (a === b && after.loss <= before.loss));

    // Nothing is learned at this rate; equal weights count as trained.
    const still = await train([...args, "--lr", "1e-30", "--json"], { files });
    expect(trainJson.parse(JSON.parse(still.out))).toMatchObject({
      trainedFor: "int4",
      integers: { isBetter: true },
    });
    // At this one everything is forgotten.
    const lost = await train([...args, "--lr", "300", "--clip", "0", "--json"], { files });
    const json = trainJson.parse(JSON.parse(lost.out));
    expect(json).toMatchObject({ epoch: 0, trainedFor: null, integers: { isBetter: false } });
    expect(model(written(lost, "net.safetensors"))).toEqual(model(files["f.safetensors"]));
    // Weights that were trained for integers before, and are kept, say so still.
    const again = { "f.safetensors": written(still, "net.safetensors") };
    const kept = await train([...args, "--lr", "300", "--clip", "0", "--json"], { files: again });
    expect(trainJson.parse(JSON.parse(kept.out))).toMatchObject({ epoch: 0, trainedFor: "int4" });
  });

  it("refuses to train for integers what has none", async () => {
    const float = await train([..."--cell ctrnn --units 3 --epochs 1".split(" "), "--out", "f.safetensors"]);
    const files = { "f.safetensors": written(float, "f.safetensors") };
    const args = "--from f.safetensors --precision int8 --out net.safetensors".split(" ");
    const { code, err, writtenBytes } = await train(args, { files });
    expect({ code, err, written: writtenBytes.size }).toEqual({
      code: 2,
      err: ["liquid-edge: layer ctrnn: ctrnn has no integer form (keep it in f32)"],
      written: 0,
    });
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
      "n of m with a share",
      waves(),
      ["--pruning", "n:m", "--sparsity", "0.5"],
      /^liquid-edge: --sparsity: expected without --pruning n:m, /,
    ],
    [
      "more than all of m",
      waves(),
      ["--pruning", "n:m", "--n", "5"],
      /^liquid-edge: --n: expected at most --m 4, found 5$/,
    ],
    [
      "a method without a share",
      waves(),
      ["--pruning", "4x1"],
      /^liquid-edge: --pruning 4x1: expected with /,
    ],
    [
      "a budget without a board",
      waves(),
      ["--energy-budget-uj", "1"],
      /^liquid-edge: --energy-budget-uj: expected with --board, found none$/,
    ],
    [
      "a board without a budget",
      waves(),
      ["--board", "nrf52840"],
      /^liquid-edge: --board: expected with --energy-budget-uj, found none$/,
    ],
    [
      "a budget and a sparsity",
      waves(),
      ["--energy-budget-uj", "1", "--board", "nrf52840", "--sparsity", "0.5"],
      /^liquid-edge: --sparsity: expected without --energy-budget-uj/,
    ],
    [
      "a board that there is not",
      waves(),
      ["--energy-budget-uj", "1", "--board", "nrf52841"],
      /did you mean "nrf52840"/,
    ],
    [
      "a budget that nothing keeps to",
      waves(),
      ["--energy-budget-uj", "0.001", "--board", "nrf52840"],
      /^liquid-edge: energy budget: expected at least \S+ µJ, .*found 0\.001 µJ/,
    ],
    ["n of no m", waves(), ["--n", "2"], /^liquid-edge: --n, --m: expected with --pruning n:m, found none$/],
    [
      "a configuration of nothing",
      waves(),
      ["--config", "waves.json"],
      /^liquid-edge: --config: expected with /,
    ],
    [
      "integers of no network",
      waves(),
      ["--precision", "int8"],
      /^liquid-edge: --precision int8: expected with --from, /,
    ],
    [
      "a share that is none",
      waves(),
      ["--validation", "1.5"],
      /expected split, none, or a share above 0 and below 1/,
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
    const timed = { ...WAVES_DESCRIPTION, time: "t" };
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
