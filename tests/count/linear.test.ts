import fc from "fast-check";
import { expect, test } from "vitest";
import { type Linear, plus, solve, substitute, unknown, ZERO } from "../../scripts/instrument/linear.ts";

const evaluate = (form: Linear, values: readonly number[]) =>
  [...form].reduce((sum, [id, coefficient]) => sum + coefficient * values[id]!, 0);

test("adds forms and leaves out what cancels", () => {
  const sum = plus(plus(unknown(0), unknown(1), 2), unknown(1), -2);
  expect([...sum]).toEqual([[0, 1]]);
  expect(plus(unknown(3), unknown(3), -1)).toEqual(ZERO);
});

test("solves for the dearest unknowns and never for one that must be counted", () => {
  // A loop: passes = entries + jumps back.
  const loop = plus(plus(unknown(1), unknown(0), -1), unknown(2), -1);
  const solved = (...cost: number[]) => [...solve([loop], cost).keys()];
  expect(solved(Number.NEGATIVE_INFINITY, 1, 2)).toEqual([2]);
  expect(solved(Number.NEGATIVE_INFINITY, 2, 1)).toEqual([1]);
  expect(solve([unknown(0)], [Number.NEGATIVE_INFINITY])).toEqual(new Map());
});

test("gives back every edge count of a walk through a random graph from the counts that remain", () => {
  const graphs = fc.record({
    edges: fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 1, maxLength: 14 }),
    steps: fc.array(fc.nat(), { maxLength: 60 }),
    cost: fc.array(fc.nat(3), { minLength: 15, maxLength: 15 }),
  });
  fc.assert(
    fc.property(graphs, ({ edges, steps, cost }) => {
      // A closed walk from node 0: what comes in goes out at every node. The way home is the last edge.
      const counts = edges.map(() => 0);
      let node = 0;
      for (const step of steps) {
        const ways = edges.flatMap(([from], edge) => (from === node ? [edge] : []));
        if (ways.length === 0) break;
        const edge = ways[step % ways.length]!;
        counts[edge] = counts[edge]! + 1;
        node = edges[edge]![1];
      }
      const closed = [...edges, [node, 0] as const];
      counts.push(1);
      const conservation = Array.from({ length: 6 }, (_, at) =>
        closed.reduce(
          (form, [from, to], edge) => plus(form, unknown(edge), Number(to === at) - Number(from === at)),
          ZERO,
        ),
      );
      const solutions = solve(conservation, cost.slice(0, closed.length));
      closed.forEach((_, edge) => {
        const form = substitute(unknown(edge), solutions);
        expect([...form.keys()].some((id) => solutions.has(id))).toBe(false);
        expect(evaluate(form, counts)).toBe(counts[edge]);
      });
    }),
    { seed: 5, numRuns: 200 },
  );
});
