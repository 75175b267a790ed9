// Draws a bench: columns of boxes, and between them channels in which each wire has a track of its own. A wire that passes a column
// takes a lane below it; ground is a rail at the bottom. Kinds of wire differ in colour and in dashes, and are named below.

import { xmlText } from "../../bindings/record/formats/xml.ts";
import type { Bench, PinRow, Thing, Wire, WireKind } from "./bench.ts";

const MARGIN = 24;
const HEAD = 56;
const ROW = 28;
const BOX_HEAD = 54;
const BOX_FOOT = 14;
const LINE = 18;
const BETWEEN = 26;
const TRACK = 14;
const CHANNEL_EDGE = 18;
const CHARACTER = 6.9;
const LANE = 15;

const KINDS: Record<WireKind, string> = {
  supply: "supply",
  ground: "ground",
  serial: "UART",
  marker: "marker",
  i2c: "I²C",
  usb: "USB",
};

const STYLE = `
    .paper { fill: #ffffff; }
    text { font: 13px system-ui, sans-serif; fill: #1b1f24; }
    .title { font-size: 16px; font-weight: 600; }
    .name { font-weight: 600; }
    .small { font-size: 12px; fill: #4a525c; }
    .end { text-anchor: end; }
    .box { fill: #f3f5f7; stroke: #59636e; stroke-width: 1.2; }
    .pin { fill: #ffffff; stroke: #1b1f24; stroke-width: 1.4; }
    .wire { fill: none; stroke-width: 2; stroke-linejoin: round; }
    .supply { stroke: #c62828; stroke-width: 2.6; }
    .ground { stroke: #3b434d; }
    .serial { stroke: #1259c3; }
    .marker { stroke: #7b3fc4; stroke-dasharray: 7 3; }
    .i2c { stroke: #1a7f37; stroke-dasharray: 2 3; }
    .usb { stroke: #9a5b00; stroke-dasharray: 11 4; }
    @media (prefers-color-scheme: dark) {
      .paper { fill: #0d1117; }
      text { fill: #e6edf3; }
      .small { fill: #aeb8c2; }
      .box { fill: #1b222b; stroke: #8b949e; }
      .pin { fill: #0d1117; stroke: #e6edf3; }
      .supply { stroke: #ff7b72; }
      .ground { stroke: #b1bac4; }
      .serial { stroke: #6cb6ff; }
      .marker { stroke: #c9a2ff; }
      .i2c { stroke: #57d57c; }
      .usb { stroke: #f0b35a; }
    }`;

interface Point {
  x: number;
  y: number;
}

interface PinPlace extends Point {
  column: number;
  side: "left" | "right";
}

interface Box extends Point {
  thing: Thing;
  width: number;
  height: number;
}

/** The bench as an SVG document. Throws for a wire whose pin nothing has. */
export function drawBench(bench: Bench): string {
  const layout = place(bench);
  const { boxes, pins, channels, width, railY, height } = layout;
  const paths = route(bench, layout);
  const noteY = railY + 56;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">`,
    `  <title id="title">${xmlText(bench.title)}</title>`,
    `  <desc id="desc">${xmlText(bench.description)}</desc>`,
    `  <style>${STYLE}\n  </style>`,
    `  <rect class="paper" width="${width}" height="${height}"/>`,
    `  <text class="title" x="${MARGIN}" y="32">${xmlText(bench.title)}</text>`,
    `  <path class="wire ground" d="M ${channels[0]!.from} ${railY} H ${channels.at(-1)!.to}"/>`,
    ...paths.map(({ kind, d }) => `  <path class="wire ${kind}" d="${d}"/>`),
    ...boxes.flatMap(drawBox),
    ...[...pins.values()].map(({ x, y }) => `  <circle class="pin" cx="${x}" cy="${y}" r="4"/>`),
    ...legend(bench, railY + 28),
    ...bench.notes.map(
      (note, i) => `  <text class="small" x="${MARGIN}" y="${noteY + i * LINE}">${xmlText(note)}</text>`,
    ),
    "</svg>",
    "",
  ].join("\n");
}

function drawBox({ x, y, width, height, thing }: Box): string[] {
  const text = (className: string, tx: number, ty: number, words: string) =>
    `  <text class="${className}" x="${tx}" y="${ty}">${xmlText(words)}</text>`;
  const rows = (pins: readonly PinRow[], side: "left" | "right") =>
    pins.flatMap((pin, i) => {
      if (pin === null) return [];
      const ty = y + BOX_HEAD + i * ROW + ROW / 2 + 4;
      return [side === "left" ? text("", x + 12, ty, pin[1]) : text("end", x + width - 12, ty, pin[1])];
    });
  const insideY = y + BOX_HEAD + Math.max(thing.left.length, thing.right.length) * ROW + LINE;
  return [
    `  <rect class="box" x="${x}" y="${y}" width="${width}" height="${height}" rx="6"/>`,
    text("name", x + 12, y + 22, thing.title),
    text("small", x + 12, y + 40, thing.subtitle),
    ...rows(thing.left, "left"),
    ...rows(thing.right, "right"),
    ...(thing.inside ?? []).map((line, i) => text("small", x + 12, insideY + i * LINE, line)),
  ].map((line) => line.replace(' class=""', ""));
}

function legend({ wires }: Bench, y: number): string[] {
  const kinds = (Object.keys(KINDS) as WireKind[]).filter((kind) => wires.some((wire) => wire.kind === kind));
  return kinds.flatMap((kind, i) => {
    const x = MARGIN + i * 110;
    return [
      `  <path class="wire ${kind}" d="M ${x} ${y} h 34"/>`,
      `  <text x="${x + 42}" y="${y + 4}">${KINDS[kind]}</text>`,
    ];
  });
}

interface Channel {
  from: number;
  to: number;
}

interface Layout {
  boxes: Box[];
  pins: Map<string, PinPlace>;
  /** The space to the right of each column but the last. */
  channels: Channel[];
  /** Wires in each channel, in order. */
  tracks: Wire[][];
  width: number;
  laneY: number;
  railY: number;
  height: number;
}

function place(bench: Bench): Layout {
  const nColumns = Math.max(...bench.things.map(({ column }) => column)) + 1;
  const columns = Array.from({ length: nColumns }, (_, column) =>
    bench.things.filter((thing) => thing.column === column),
  );
  const tracks = tracksOf(bench, nColumns);
  const boxes: Box[] = [];
  const pins = new Map<string, PinPlace>();
  const channels: Channel[] = [];
  let [x, bottom] = [MARGIN, 0];
  for (const [column, things] of columns.entries()) {
    const width = Math.max(...things.map(boxWidth));
    let y = HEAD;
    for (const thing of things) {
      const height = boxHeight(thing);
      boxes.push({ x, y, width, height, thing });
      for (const side of ["left", "right"] as const) {
        for (const [i, pin] of thing[side].entries()) {
          if (pin === null) continue;
          const at = { x: side === "left" ? x : x + width, y: y + BOX_HEAD + i * ROW + ROW / 2 };
          pins.set(`${thing.id}.${pin[0]}`, { ...at, column, side });
        }
      }
      y += height + BETWEEN;
    }
    bottom = Math.max(bottom, y - BETWEEN);
    x += width;
    if (column < nColumns - 1) {
      const to = x + 2 * CHANNEL_EDGE + Math.max(0, tracks[column]!.length - 1) * TRACK;
      channels.push({ from: x, to });
      x = to;
    }
  }
  const nLanes = bench.wires.filter((wire) => passesColumn(wire, pins)).length;
  const laneY = bottom + BETWEEN;
  const railY = laneY + nLanes * LANE + 6;
  const notes = Math.max(...bench.notes.map((note) => MARGIN * 2 + note.length * (CHARACTER - 0.5)));
  const height = railY + 56 + (bench.notes.length - 1) * LINE + MARGIN;
  return {
    boxes,
    pins,
    channels,
    tracks,
    width: Math.ceil(Math.max(x + MARGIN, notes)),
    laneY,
    railY,
    height,
  };
}

function boxWidth({ title, subtitle, left, right, inside = [] }: Thing): number {
  const widest = (pins: readonly PinRow[]) => Math.max(0, ...pins.map((pin) => pin?.[1].length ?? 0));
  const gap = left.length > 0 && right.length > 0 ? 4 : 0;
  const characters = Math.max(
    title.length,
    widest(left) + gap + widest(right),
    ...[subtitle, ...inside].map(({ length }) => length * 0.93),
  );
  return Math.ceil(24 + characters * CHARACTER);
}

function boxHeight({ left, right, inside = [] }: Thing): number {
  const lines = inside.length === 0 ? 0 : inside.length * LINE + 6;
  return BOX_HEAD + Math.max(left.length, right.length) * ROW + lines + BOX_FOOT;
}

/** The channel that a pin faces. */
function channelOf({ column, side }: Pick<PinPlace, "column" | "side">): number {
  return side === "right" ? column : column - 1;
}

function tracksOf({ things, wires }: Bench, nColumns: number): Wire[][] {
  const sides = new Map<string, number>();
  for (const { id, column, left, right } of things) {
    for (const pin of left) if (pin !== null) sides.set(`${id}.${pin[0]}`, column - 1);
    for (const pin of right) if (pin !== null) sides.set(`${id}.${pin[0]}`, column);
  }
  const channel = (pin: string) => {
    const found = sides.get(pin);
    if (found === undefined) throw new Error(`a wire goes to "${pin}", which nothing has`);
    return found;
  };
  const tracks: Wire[][] = Array.from({ length: nColumns - 1 }, () => []);
  for (const wire of wires) {
    const ends = new Set([channel(wire.from), channel(wire.to ?? wire.from)]);
    for (const end of ends) tracks[end]!.push(wire);
  }
  return tracks;
}

function passesColumn({ from, to }: Wire, pins: ReadonlyMap<string, PinPlace>): boolean {
  return to !== undefined && channelOf(pins.get(from)!) !== channelOf(pins.get(to)!);
}

function route(
  bench: Bench,
  { pins, channels, tracks, laneY, railY }: Layout,
): { kind: WireKind; d: string }[] {
  let lane = 0;
  return bench.wires.map((wire) => {
    const track = (channel: number) =>
      channels[channel]!.from + CHANNEL_EDGE + tracks[channel]!.indexOf(wire) * TRACK;
    const start = pins.get(wire.from)!;
    const startX = track(channelOf(start));
    const head = `M ${start.x} ${start.y} H ${startX}`;
    if (wire.to === undefined) return { kind: wire.kind, d: `${head} V ${railY}` };
    const end = pins.get(wire.to)!;
    const tail = `V ${end.y} H ${end.x}`;
    if (!passesColumn(wire, pins)) return { kind: wire.kind, d: `${head} ${tail}` };
    const y = laneY + lane++ * LANE;
    return { kind: wire.kind, d: `${head} V ${y} H ${track(channelOf(end))} ${tail}` };
  });
}
