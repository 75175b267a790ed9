// Where the names of points stand in a plot: beside them, inside, over no point, no line of the front and no other name.

export type Point = readonly [x: number, y: number];

/** Edges in pixels, `top` above `bottom`. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Label {
  x: number;
  y: number;
  anchor: "start" | "end";
}

const MARK_PX = 6;
/** Clear of the ring around the chosen mark. */
const RING_PX = 13;
/** Of the plot's letters, which are 12 px high: an upper bound of their mean width, and what rises above the baseline and falls below it. */
const LETTER_PX = 6.6;
const RISE_PX = 10;
const FALL_PX = 3;

/**
 * A place for each name, null where there is none. `points` are those of a front from left to right, whose line goes right and then down;
 * `others` are marks that names should not cover.
 */
export function placeLabels(
  points: readonly Point[],
  names: readonly string[],
  others: readonly Point[],
  plot: Box,
): (Label | null)[] {
  const taken = [...[...points, ...others].map(markAt), ...frontLines(points)];
  return points.map(([x, y], i) => {
    const width = names[i]!.length * LETTER_PX;
    const places: Label[] = [
      // Where a front has nothing: below and left of it.
      { x: x - RING_PX, y: y + 4, anchor: "end" },
      { x: x - 5, y: y + 19, anchor: "start" },
      { x: x + 5, y: y + 19, anchor: "end" },
      { x: x + 8, y: y - 9, anchor: "start" },
      { x: x + RING_PX, y: y + 4, anchor: "start" },
    ];
    const free = places.find((place) => {
      const box = boxOf(place, width);
      return isInside(box, plot) && !taken.some((other) => overlap(box, other));
    });
    if (free === undefined) return null;
    taken.push(boxOf(free, width));
    return free;
  });
}

export function boxOf({ x, y, anchor }: Label, width: number): Box {
  const left = anchor === "start" ? x : x - width;
  return { left, right: left + width, top: y - RISE_PX, bottom: y + FALL_PX };
}

function markAt([x, y]: Point): Box {
  return { left: x - MARK_PX, right: x + MARK_PX, top: y - MARK_PX, bottom: y + MARK_PX };
}

function frontLines(points: readonly Point[]): Box[] {
  return points.slice(1).flatMap(([x, y], i) => {
    const [fromX, fromY] = points[i]!;
    return [
      { left: fromX, right: x, top: fromY, bottom: fromY },
      { left: x, right: x, top: fromY, bottom: y },
    ];
  });
}

function isInside(box: Box, plot: Box): boolean {
  return box.left >= plot.left && box.right <= plot.right && box.top >= plot.top && box.bottom <= plot.bottom;
}

export function overlap(a: Box, b: Box): boolean {
  return a.left <= b.right && b.left <= a.right && a.top <= b.bottom && b.top <= a.bottom;
}
