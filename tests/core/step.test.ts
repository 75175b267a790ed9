// What `reset`, `step` and `stepLayer` promise beyond their numbers, on every build and every kind of model.

import { describe, expect, it } from "vitest";
import { type Core, ENGINES, loadCore } from "../../bindings/core/core.ts";
import { StepStatus } from "../../bindings/core/exports.ts";
import { Session } from "../../bindings/core/session.ts";
import { type CompiledNetwork, compile } from "../../bindings/image/compile.ts";
import { CONTROL_BYTES, Control, FLAG_NON_FINITE } from "../../bindings/image/format.ts";
import { MODEL_KINDS, randomModel, TestRandom } from "../network/random-model.ts";

const NETWORKS = MODEL_KINDS.map((kind, seed) => ({ kind, compiled: compile(randomModel(seed)) }));
const N_STEPS = 3;
const NOT_FINITE = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const BAD_TIMES = [0, -0, -1, -1e-45, ...NOT_FINITE];

/** An arena in a core's memory, seen from outside. */
class Arena {
  readonly #core: Core;
  readonly #image: number;
  readonly #at: number;
  readonly #compiled: CompiledNetwork;
  readonly view: DataView;

  constructor(core: Core, compiled: CompiledNetwork, image: number, at: number) {
    this.#core = core;
    this.#compiled = compiled;
    this.#image = image;
    this.#at = at;
    this.view = new DataView(core.memory.buffer, at, compiled.arenaBytes);
    const code = core.exports.check(image, compiled.image.length, at, compiled.arenaBytes);
    if (code !== 0) throw new Error(`rejected: ${code}`);
    this.reset();
  }

  reset(): void {
    this.#core.exports.reset(this.#image, this.#at);
  }

  write(values: ArrayLike<number>, elapsed: number): void {
    const { input } = this.#compiled;
    for (let i = 0; i < input.length; i++) this.view.setFloat32(input.at + 4 * i, values[i]!, true);
    this.view.setFloat32(Control.ELAPSED, elapsed, true);
  }

  step(): number {
    return this.#core.exports.step(this.#image, this.#at);
  }

  stepLayer(layer: number): number {
    return this.#core.exports.stepLayer(this.#image, this.#at, layer);
  }

  get flags(): number {
    return this.view.getUint32(Control.FLAGS, true);
  }

  /** A copy of everything. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.view.buffer, this.view.byteOffset, this.view.byteLength).slice();
  }
}

/** Behind the first arena. */
function imageAddress({ arenaBytes }: CompiledNetwork): number {
  return (arenaBytes + 3) & ~3;
}

/** A core with the image once and an arena on both sides of it, all filled with rubbish before the reset. */
async function install(
  compiled: CompiledNetwork,
  engine: (typeof ENGINES)[number],
): Promise<[Arena, Arena, Core]> {
  const image = imageAddress(compiled);
  const second = (image + compiled.image.length + 3) & ~3;
  const core = await loadCore(engine, second + compiled.arenaBytes);
  const bytes = new Uint8Array(core.memory.buffer).fill(0xa7);
  bytes.set(compiled.image, image);
  return [new Arena(core, compiled, image, 0), new Arena(core, compiled, image, second), core];
}

function inputs(compiled: CompiledNetwork, seed: number): number[] {
  const random = new TestRandom(seed);
  return Array.from({ length: compiled.input.length }, () => random.between(-1, 1));
}

describe.each(ENGINES)("on the %s core", (engine) => {
  describe.each(NETWORKS)("$kind:", ({ compiled }) => {
    it("reset zeroes the state, sets the elapsed time to 1 and clears flags, and touches nothing else", async () => {
      const [arena] = await install(compiled, engine);
      arena.view.setUint32(Control.FLAGS, 0xffffffff, true);
      arena.view.setUint32(Control.CLAMPED, 5, true);
      for (let at = CONTROL_BYTES; at < arena.view.byteLength; at += 4) arena.view.setFloat32(at, 7, true);
      const expected = arena.bytes;
      const view = new DataView(expected.buffer);
      view.setFloat32(Control.ELAPSED, 1, true);
      view.setUint32(Control.FLAGS, 0, true);
      view.setUint32(Control.CLAMPED, 0, true);
      const { hidden, cell } = compiled;
      expected.fill(0, hidden.at, hidden.at + 4 * hidden.length);
      expected.fill(0, cell.at, cell.at + 4 * cell.length);
      arena.reset();
      expect(arena.bytes).toEqual(expected);
    });

    it("an input that is not finite or a time that is not positive leaves the arena as it is", async () => {
      const [arena] = await install(compiled, engine);
      arena.write(inputs(compiled, 1), 0.5);
      arena.step();
      for (const bad of NOT_FINITE) {
        for (let i = 0; i < compiled.input.length; i++) {
          arena.write(inputs(compiled, 2).with(i, bad), 0.5);
          const before = arena.bytes;
          expect(arena.step(), `input ${i} is ${bad}`).toBe(StepStatus.BAD_INPUT);
          expect(arena.bytes).toEqual(before);
        }
      }
      for (const time of BAD_TIMES) {
        arena.write(inputs(compiled, 2), time);
        const before = arena.bytes;
        expect(arena.step(), `time is ${time}`).toBe(StepStatus.BAD_TIME);
        expect(arena.bytes).toEqual(before);
      }
      for (const time of [1e-45, 1.17549435e-38, 3.4028234e38]) {
        arena.write(inputs(compiled, 2), time);
        expect(arena.step(), `time is ${time}`).toBe(StepStatus.OK);
      }
    });

    it("step is stepLayer of every layer in order", async () => {
      const [whole, single] = await install(compiled, engine);
      for (let t = 0; t < N_STEPS; t++) {
        for (const arena of [whole, single]) arena.write(inputs(compiled, t), 0.5 + t);
        expect(whole.step()).toBe(StepStatus.OK);
        for (const layer of compiled.layers.keys()) expect(single.stepLayer(layer)).toBe(StepStatus.OK);
        // Scratch included, for the parts that were written; the rest held the same rubbish.
        expect(single.bytes).toEqual(whole.bytes);
      }
    });

    it("stepLayer answers 3 to a layer that does not exist and does nothing", async () => {
      const [arena] = await install(compiled, engine);
      const before = arena.bytes;
      for (const layer of [compiled.layers.length, 65536, -1]) {
        expect(arena.stepLayer(layer)).toBe(StepStatus.NO_LAYER);
      }
      expect(arena.bytes).toEqual(before);
    });

    it("two arenas share an image without sharing anything else", async () => {
      const [first, second] = await install(compiled, engine);
      const [alone] = await install(compiled, engine);
      for (let t = 0; t < N_STEPS; t++) {
        const idle = second.bytes;
        for (const arena of [first, alone]) {
          arena.write(inputs(compiled, t), 1);
          arena.step();
        }
        expect(second.bytes).toEqual(idle);
        second.write(inputs(compiled, 100 + t), 2);
        second.step();
        expect(first.bytes).toEqual(alone.bytes);
      }
      expect(second.bytes).not.toEqual(first.bytes);
    });

    it("steps from the same state give the same bits", async () => {
      const [arena] = await install(compiled, engine);
      const run = () => {
        arena.reset();
        for (let t = 0; t < N_STEPS; t++) {
          arena.write(inputs(compiled, t), 1);
          arena.step();
        }
        return arena.bytes;
      };
      expect(run()).toEqual(run());
    });
  });

  it("a state or output that is not finite sets the flag, which only reset clears", async () => {
    for (const { kind, compiled } of NETWORKS) {
      const [arena] = await install(compiled, engine);
      arena.write(inputs(compiled, 1), 1);
      arena.step();
      expect(arena.flags, kind).toBe(0);
      if (compiled.hidden.length === 0) continue;
      // A NaN in the last state stays there: every cell keeps its own state in its formula, or its neuron has no other.
      arena.view.setUint32(compiled.hidden.at + 4 * (compiled.hidden.length - 1), 0x7fc00000, true);
      if (compiled.cell.length > 0) {
        arena.view.setUint32(compiled.cell.at + 4 * (compiled.cell.length - 1), 0x7fc00000, true);
      }
      expect(arena.step(), kind).toBe(StepStatus.OK);
      expect(arena.flags, kind).toBe(FLAG_NON_FINITE);
      const { hidden, cell } = compiled;
      for (let i = 0; i < hidden.length + cell.length; i++) arena.view.setFloat32(hidden.at + 4 * i, 0, true);
      arena.step();
      expect(arena.flags, `${kind}, after a sound step`).toBe(FLAG_NON_FINITE);
      arena.write(inputs(compiled, 1), 0);
      arena.step();
      expect(arena.flags, `${kind}, after a refused step`).toBe(FLAG_NON_FINITE);
      arena.reset();
      arena.step();
      expect(arena.flags, `${kind}, after a reset`).toBe(0);
    }
  });

  it("an output that overflows sets the flag where no state does", async () => {
    const model = randomModel(MODEL_KINDS.indexOf("MLP"));
    const huge = new Map(
      [...model.tensors].map(([name, tensor]) => [
        name,
        { ...tensor, data: tensor.data.map((x) => Math.sign(x) * 3e38) },
      ]),
    );
    const config = { ...model.config, activation: "linear", output_activation: "linear" };
    const compiled = compile({ ...model, config, tensors: huge } as typeof model);
    expect(compiled.hidden.length).toBe(0);
    const [arena] = await install(compiled, engine);
    arena.write(inputs(compiled, 1).fill(100), 1);
    expect(arena.step()).toBe(StepStatus.OK);
    expect(arena.flags).toBe(FLAG_NON_FINITE);
  });

  it("memory never grows: it holds image and arena from the start", async () => {
    for (const { compiled } of NETWORKS) {
      const [arena, , core] = await install(compiled, engine);
      const bytes = core.memory.buffer.byteLength;
      for (let t = 0; t < N_STEPS; t++) {
        arena.write(inputs(compiled, t), 1);
        arena.step();
      }
      expect(core.memory.buffer.byteLength).toBe(bytes);
      expect(bytes).toBe(Math.ceil((2 * compiled.arenaBytes + compiled.image.length) / 65536) * 65536);
    }
  });

  it("the image stays as it is, so it may lie in flash", async () => {
    for (const { kind, compiled } of NETWORKS) {
      const [arena, , core] = await install(compiled, engine);
      for (let t = 0; t < N_STEPS; t++) {
        arena.write(inputs(compiled, t), 1);
        arena.step();
      }
      const image = new Uint8Array(core.memory.buffer, imageAddress(compiled), compiled.image.length);
      expect(image, kind).toEqual(compiled.image);
    }
  });

  it("two sessions of one network do not disturb each other", async () => {
    const { compiled } = NETWORKS[0]!;
    const [a, b, alone] = await Promise.all([1, 2, 3].map(() => Session.create(compiled, { engine })));
    for (let t = 0; t < N_STEPS; t++) {
      const outputs = [a!.step(inputs(compiled, t)), alone!.step(inputs(compiled, t))];
      b!.step(inputs(compiled, 50 + t), 3);
      expect(outputs[0]).toEqual(outputs[1]);
    }
  });

  it("a session refuses what step refuses, and keeps its state", async () => {
    const { compiled } = NETWORKS[0]!;
    const [session, alone] = await Promise.all([1, 2].map(() => Session.create(compiled, { engine })));
    const [x, y] = [inputs(compiled, 1), inputs(compiled, 2)];
    session!.step(x);
    alone!.step(x);
    expect(() => session!.step([...x, 0])).toThrow(
      `"input" expected length ${x.length}, got ${x.length + 1}`,
    );
    expect(() => session!.step(x.with(0, Number.NaN))).toThrow(RangeError);
    expect(() => session!.step(x, -1)).toThrow('"elapsed" expected a positive finite number, got -1');
    expect(session!.step(y)).toEqual(alone!.step(y));
  });
});
