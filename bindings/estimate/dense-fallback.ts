// Matrices of integers that a board multiplies for less when they are dense. The compiler takes the format of fewest operations of
// the core (kernel-cost-integer.ts), but a board's port may have a faster kernel for dense matrices. Integers give the same sums
// either way, so only the cost decides.

import type { NetworkProfile } from "../count/op-profile.ts";
import type { CompiledNetwork } from "../image/compile.ts";
import type { BoardSimulator } from "./board-simulator.ts";
import type { StaticMemory } from "./memory-profiler.ts";

/** What the choice needs of a network; `Network` is one. */
export interface Recompilable {
  readonly compiled: CompiledNetwork;
  readonly memory: StaticMemory;
  profileOperations(): Promise<NetworkProfile>;
  withDense(matrices: ReadonlySet<string>): Recompilable;
}

/** A network as it is best compiled for a board. */
export interface BoardForm<N> {
  network: N;
  /** Of one time step. */
  profile: NetworkProfile;
  /** `layer.matrix` of what is compiled dense although other formats execute fewer operations; none: as it was. */
  compiledDense: readonly string[];
}

/** Share of the network's energy that a matrix must save: for less nobody wants a larger image, and prices are not that exact. */
const LEAST_SAVING = 0.01;

/** Counting takes longer than pricing, and most networks are priced on several boards. */
const counted = new WeakMap<Recompilable, Map<string, Promise<BoardForm<Recompilable>>>>();

/**
 * The network with each matrix of integers that is stored without its absent weights, or in blocks, compiled dense where that takes
 * less energy on the simulator's board, by 1 % of the network's typical value or more, and still fits. Outputs have the same bits. A network
 * of floats is returned as it is: the sums of floats depend on which terms there are; one that skips unchanged inputs too. `known` is the network's profile where it
 * was counted already.
 * @throws LiquidEdgeError `unavailable` when the board cannot run it
 */
export async function denseWhereCheaper<N extends Recompilable>(
  simulator: Pick<BoardSimulator, "estimate">,
  network: N,
  known?: NetworkProfile,
): Promise<BoardForm<N>> {
  const base = await formOf(network, [], known);
  // What skipping costs depends on data, which are not known here: such a network stays as it is.
  const candidates = network.compiled.skipUnchanged === undefined ? othersThanDense(network.compiled) : [];
  if (candidates.length === 0) return base;
  const costOf = ({ network: own, profile }: BoardForm<N>) => simulator.estimate(profile, own.memory);
  const least = costOf(base);
  // Matrices do not change each other's cost: each is judged alone.
  let dense: string[] = [];
  for (const matrix of candidates) {
    const { energyUj } = costOf(await formOf(network, [matrix]));
    if (least.energyUj.typ - energyUj.typ >= LEAST_SAVING * least.energyUj.typ) dense.push(matrix);
  }
  for (;;) {
    const form = await formOf(network, dense);
    if (dense.length === 0 || least.fits === false || costOf(form).fits !== false) return form;
    dense = dense.slice(0, -1);
  }
}

function othersThanDense({ integer, layers }: CompiledNetwork): string[] {
  if (integer === undefined) return [];
  return layers
    .filter(({ kind }) => kind !== "int-ltc")
    .flatMap(({ name, parameters }) =>
      parameters.filter(({ format }) => format !== "dense").map((parameter) => `${name}.${parameter.name}`),
    );
}

async function formOf<N extends Recompilable>(
  network: N,
  compiledDense: readonly string[],
  profile?: NetworkProfile,
): Promise<BoardForm<N>> {
  const forms = counted.get(network) ?? new Map<string, Promise<BoardForm<Recompilable>>>();
  counted.set(network, forms);
  const key = compiledDense.join();
  const earlier = forms.get(key);
  if (earlier !== undefined) return earlier as Promise<BoardForm<N>>;
  const made = async () => {
    const own = compiledDense.length === 0 ? network : network.withDense(new Set(compiledDense));
    return { network: own, profile: profile ?? (await own.profileOperations()), compiledDense };
  };
  const form = made();
  forms.set(key, form);
  return form as Promise<BoardForm<N>>;
}
