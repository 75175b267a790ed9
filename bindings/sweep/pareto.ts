// Trade-offs: which of many networks nobody would replace by another one, and which of those fits given limits.

/** What a point is judged by. Energy, latency and memory are to be low; an accuracy is to be high. */
export interface Objective<Point> {
  /** The figure of a point; a finite number. */
  value: (point: Point) => number;
  better: "lower" | "higher";
}

/** The points as the given objectives see them. */
export interface ParetoFront<Point> {
  /** Those that no other point dominates, by their first objective from the best on; equal points all stay. */
  front: Point[];
  /** All others, in the order given, each with a point of the front that dominates it. */
  dominated: { point: Point; by: Point }[];
}

/**
 * Splits points into the Pareto front and the dominated ones. A point dominates another one that it is better than in
 * one objective and not worse than in any.
 * @throws RangeError for no objectives, or a figure that is not finite
 */
export function paretoFront<Point>(
  points: readonly Point[],
  objectives: readonly Objective<Point>[],
): ParetoFront<Point> {
  if (objectives.length === 0) throw new RangeError("expected at least one objective, found none");
  const costs = points.map((point) => objectives.map((objective) => costOf(point, objective)));
  // A point can only be dominated by one that stands before it in this order, so one pass over a growing front is enough.
  const order = points.map((_, i) => i).sort((a, b) => compareCosts(costs[a]!, costs[b]!) || a - b);
  const front: number[] = [];
  const dominator = new Map<number, number>();
  for (const i of order) {
    const by = front.find((f) => dominates(costs[f]!, costs[i]!));
    if (by === undefined) front.push(i);
    else dominator.set(i, by);
  }
  return {
    front: front.map((i) => points[i]!),
    dominated: points.flatMap((point, i) => {
      const by = dominator.get(i);
      return by === undefined ? [] : [{ point, by: points[by]! }];
    }),
  };
}

/**
 * The knee of a front over two objectives: beyond it, a little of one costs much of the other. It is the point
 * farthest from the line through both ends, each objective stretched to 0..1 (Das 1999); a front that never bulges
 * towards the better side, or of fewer than three points, has none.
 */
export function knee<Point>(
  front: readonly Point[],
  objectives: readonly [Objective<Point>, Objective<Point>],
): Point | null {
  const [first, second] = objectives.map((objective) =>
    stretched(front.map((point) => costOf(point, objective))),
  );
  // After stretching, the ends lie at (0, 1) and (1, 0): the distance to their line grows with 1 - x - y.
  let best: Point | null = null;
  let bulge = 1e-9;
  for (const [i, point] of front.entries()) {
    const distance = 1 - first![i]! - second![i]!;
    if (distance > bulge) [best, bulge] = [point, distance];
  }
  return front.length < 3 ? null : best;
}

/** An upper or lower bound of one figure. */
export interface Limit<Point> {
  value: (point: Point) => number;
  min?: number;
  max?: number;
}

/** The best point by `objective` among those within all limits, null when none is; the earlier of equals. */
export function bestWithin<Point>(
  points: readonly Point[],
  limits: readonly Limit<Point>[],
  objective: Objective<Point>,
): Point | null {
  const fitting = points.filter((point) =>
    limits.every(({ value, min = -Infinity, max = Infinity }) => {
      const figure = value(point);
      return figure >= min && figure <= max;
    }),
  );
  let best: Point | null = null;
  for (const point of fitting) {
    if (best === null || costOf(point, objective) < costOf(best, objective)) best = point;
  }
  return best;
}

function costOf<Point>(point: Point, { value, better }: Objective<Point>): number {
  const figure = value(point);
  if (!Number.isFinite(figure)) throw new RangeError(`expected a finite figure, found ${figure}`);
  return better === "lower" ? figure : -figure;
}

function compareCosts(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((cost, k) => cost !== b[k]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

function dominates(a: readonly number[], b: readonly number[]): boolean {
  let better = false;
  for (const [k, cost] of a.entries()) {
    if (cost > b[k]!) return false;
    if (cost < b[k]!) better = true;
  }
  return better;
}

function stretched(costs: readonly number[]): number[] {
  const low = Math.min(...costs);
  const range = Math.max(...costs) - low;
  return costs.map((cost) => (range === 0 ? 0 : (cost - low) / range));
}
