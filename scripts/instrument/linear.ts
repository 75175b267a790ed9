// Execution counts as linear forms. How often each edge of a function's control flow ran is a sum of a few unknowns
// (how often the function was entered, a loop head passed, a branch fell through), and every loop gives one equation:
// passes of the head = entries + jumps back. Solving the equations leaves the fewest counters from which every count
// follows exactly; this is Knuth and Stevenson's observation (BIT 13, 1973) that counters on the edges outside a
// spanning tree suffice. The coefficients stay in {-1, 0, 1} because the matrix is that of a network.

/** Unknown → coefficient, without zeros. */
export type Linear = ReadonlyMap<number, number>;

export const ZERO: Linear = new Map();

export function unknown(id: number): Linear {
  return new Map([[id, 1]]);
}

/** a + factor * b */
export function plus(a: Linear, b: Linear, factor = 1): Linear {
  const sum = new Map(a);
  for (const [id, coefficient] of b) {
    const value = (sum.get(id) ?? 0) + factor * coefficient;
    if (value === 0) sum.delete(id);
    else sum.set(id, value);
  }
  return sum;
}

/** `form` with every solved unknown replaced by its solution. */
export function substitute(form: Linear, solutions: ReadonlyMap<number, Linear>): Linear {
  let result = ZERO;
  for (const [id, coefficient] of form) result = plus(result, solutions.get(id) ?? unknown(id), coefficient);
  return result;
}

/**
 * Solves `equations` (each form equals 0) for the unknowns that are dearest to count, by Gauss-Jordan elimination.
 * `cost[id]` says how dear; an infinitely cheap unknown (-Infinity) is never solved for. The answer maps each solved
 * unknown to a form over the others. Taking the dearest first is optimal: the sets that can be solved for together
 * form a matroid.
 */
export function solve(equations: readonly Linear[], cost: readonly number[]): Map<number, Linear> {
  const open = [...equations];
  const solutions = new Map<number, Linear>();
  const dearestFirst = cost.map((_, id) => id).filter((id) => cost[id] !== Number.NEGATIVE_INFINITY);
  dearestFirst.sort((a, b) => cost[b]! - cost[a]! || b - a);
  for (const id of dearestFirst) {
    const row = open.findIndex((equation) => equation.has(id));
    if (row < 0) continue;
    const [equation] = open.splice(row, 1) as [Linear];
    const coefficient = equation.get(id)!;
    if (Math.abs(coefficient) !== 1) throw new Error("a flow equation is not that of a network");
    // coefficient * id + rest = 0
    const solution = plus(ZERO, plus(equation, unknown(id), -coefficient), -coefficient);
    const replacement = new Map([[id, solution]]);
    for (let i = 0; i < open.length; i++) open[i] = substitute(open[i]!, replacement);
    for (const [solved, form] of solutions) solutions.set(solved, substitute(form, replacement));
    solutions.set(id, solution);
  }
  return solutions;
}
