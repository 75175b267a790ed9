import type { SequenceResult } from "../../bindings/core/sequence.ts";
import type { Tensor } from "../../bindings/network/model.ts";
import { titleOf } from "../../format/summary.ts";
import type { RunOptions } from "../commands/run.ts";
import { RunFailure } from "../exit.ts";
import type { Io } from "../io.ts";
import { progressOf } from "../progress.ts";
import { readNetwork } from "../read-network.ts";
import { fileName, readJson } from "../read-text.ts";
import { count } from "../text.ts";

/** Runs a network and prints its outputs. Throws RunFailure when one is not finite. */
export async function run(io: Io, weights: string, options: RunOptions): Promise<void> {
  const network = await readNetwork(io, weights, options.config, options.precision);
  const input = await readJson(io, options.input, "bad-input");
  const engine = options.engine === undefined ? {} : { engine: options.engine };
  const result = await network.run(input, { ...engine, onStep: progressOf(io) }, fileName(options.input));
  io.progress(null);
  io.print(options.json ? JSON.stringify(resultJson(result)) : describe(result, titleOf(network)));
  const bad = firstNonFinite(result.output);
  if (bad !== null) {
    throw new RunFailure(
      `${network.name}: "output" expected finite values, found ${bad} (JSON has null there)`,
    );
  }
}

/** The contract of `run --json`. Numbers are the float32 values, exactly. */
function resultJson({ output, finalH, finalC }: SequenceResult) {
  return { output: tensorJson(output), final_h: tensorJson(finalH), final_c: finalC && tensorJson(finalC) };
}

function tensorJson({ shape, data }: Tensor): { shape: number[]; data: number[] } {
  return { shape, data: Array.from(data) };
}

/** The first value that is infinite or NaN, and where; null when there is none. */
function firstNonFinite({ shape, data }: Tensor): string | null {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return null;
  const [, steps, width] = shape as [number, number, number];
  const step = Math.floor(at / width);
  return `${data[at]} at [${Math.floor(step / steps)}, ${step % steps}, ${at % width}]`;
}

/** More rows or columns than this are left out of the middle and the end. */
const MAX_ROWS = 16;
const MAX_COLUMNS = 8;

function describe({ output, finalH }: SequenceResult, name: string): string {
  const [batch, steps, width] = output.shape as [number, number, number];
  const shown = Math.min(width, MAX_COLUMNS);
  const pad = (text: string) => text.padStart(13);
  const rows: string[] = [];
  const total = batch * steps;
  for (let at = 0; at < total; at++) {
    if (total > MAX_ROWS && at === MAX_ROWS / 2) {
      const skipped = total - MAX_ROWS;
      rows.push(`  … ${skipped} more …`);
      at += skipped;
    }
    const values = Array.from(output.data.subarray(at * width, at * width + shown), (x) =>
      pad(x.toPrecision(7)),
    );
    const label = batch === 1 ? `${at}` : `${Math.floor(at / steps)}/${at % steps}`;
    rows.push(label.padStart(8) + values.join(""));
  }
  const titles = Array.from({ length: shown }, (_, i) => pad(`y${i}`)).join("");
  const more = width > shown ? ` (${width - shown} more outputs)` : "";
  return [
    `${name}: ${batch === 1 ? "" : `${batch} rows of `}${count(steps, "step")}, ${count(width, "output")} a step`,
    `${(batch === 1 ? "step" : "row/step").padStart(8)}${titles}${more}`,
    ...rows,
    `State after the last step: ${finalH.shape[1]} values. All of it, exactly: --json`,
  ].join("\n");
}
