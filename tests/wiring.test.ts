// The wiring pictures of docs/board-bench.md: drawn from the firmware's pins, the same pins that the tables of boards/ name, and readable.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { benchesOf } from "../scripts/wiring/benches.ts";
import { drawBench } from "../scripts/wiring/draw.ts";
import { type BoardPin, readPins } from "../scripts/wiring/pins.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

const pins = readPins();
const benches = benchesOf(pins);
const pictureOf = (id: string) => read(`docs/pictures/wiring-${id}.svg`);

/** Names of pins in the first row of a table that begins with `start` and has any, in order. */
function pinsInRow(page: string, start: string): string[] {
  const rows = read(page)
    .split("\n")
    .filter((line) => line.startsWith(start))
    .map((line) => line.match(/\bGP\d+|\bP\d\.\d\d|\bP[A-K]\d+/g) ?? []);
  return rows.find(({ length }) => length > 0) ?? [];
}

const namesOf = (...all: BoardPin[]) => all.map(({ name }) => name);

describe("pins", () => {
  it.each(["rp2040", "nrf52840", "stm32h743"] as const)("of %s are those of boards/README.md", (id) => {
    const { tx, rx, marker } = pins[id];
    expect(pinsInRow("boards/README.md", `| \`${id}\` `)).toEqual(namesOf(tx, rx, marker));
  });

  it("of the meter are those of boards/meter/README.md", () => {
    const { tx, rx, sda, scl, marker, baud } = pins.meter;
    const page = "boards/meter/README.md";
    expect(pinsInRow(page, "| GP4")).toEqual(namesOf(sda, scl));
    expect(pinsInRow(page, "| GP6")).toEqual(namesOf(marker));
    expect(pinsInRow(page, "| GP0")).toEqual(namesOf(tx, rx));
    expect(read(page)).toContain(`${baud.toLocaleString("en")} baud`);
  });

  it("of the Pico are on the header where boards/README.md has them", () => {
    const { tx, rx, marker } = pins.rp2040;
    for (const { name, header } of [tx, rx, marker])
      expect(read("boards/README.md")).toMatch(new RegExp(`${name} \\(${header}\\)`));
  });
});

it("draws every bench and nothing else", () => {
  const names = readdirSync(join(root, "docs/pictures")).filter((name) => name.startsWith("wiring-"));
  expect(names.sort()).toEqual(benches.map(({ id }) => `wiring-${id}.svg`).sort());
});

describe.each(benches.map((bench) => [bench.id, bench] as const))("the picture of %s", (id, bench) => {
  it("is the one that scripts/make-wiring.ts draws", () => {
    expect(pictureOf(id)).toBe(drawBench(bench));
  });

  it("names the pins of UART and marker, in the drawing and for those who cannot see it", () => {
    const picture = pictureOf(id);
    const { tx, rx, marker } = pins[id as "rp2040" | "nrf52840" | "stm32h743"];
    const description = /<desc id="desc">(.*?)<\/desc>/.exec(picture)![1]!;
    const labels = [...picture.matchAll(/<text [^>]*>(.*?)<\/text>/g)].map(([, label]) => label!).join("\n");
    for (const { name } of [tx, rx, marker]) {
      expect(labels).toMatch(new RegExp(`${name.replace(".", "\\.")}\\b`));
      expect(description).toContain(name);
    }
    expect(picture).toMatch(
      /<svg [^>]*role="img" aria-labelledby="title desc">\n {2}<title id="title">.+<\/title>/,
    );
  });

  it("loads nothing", () => {
    expect(pictureOf(id).replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(
      /https?:|url\(|<script|href/,
    );
  });

  it("lets no wire run over another one or through a box", () => {
    const { wires, boxes } = geometryOf(pictureOf(id));
    expect(wires.length).toBe(bench.wires.length);
    const over = wires.flatMap((wire, i) =>
      wires
        .slice(0, i)
        .filter((other) => !shareEnd(wire, other) && wire.some((a) => other.some((b) => overlap(a, b)))),
    );
    expect(over).toEqual([]);
    const through = wires.flat().filter((segment) => boxes.some((box) => enters(segment, box)));
    expect(through).toEqual([]);
  });

  it("has colours that stand out from the ground, light and dark", () => {
    const [light, dark] = pictureOf(id).split("prefers-color-scheme: dark");
    for (const [scheme, style] of Object.entries({ light: light!, dark: dark!.split("</style>")[0]! })) {
      const paper = /\.paper \{ fill: (#\w{6})/.exec(style)![1]!;
      const colours = [...style.matchAll(/\.(\w+) \{[^}]*stroke: (#\w{6})/g)];
      expect(colours.length).toBe(8);
      // WCAG 2.1: 3 for what is drawn, 4.5 for text.
      for (const [, name, colour] of colours)
        expect(contrast(colour!, paper), `${scheme} ${name}`).toBeGreaterThan(3);
      for (const [, colour] of style.matchAll(/(?:text|\.small) \{[^}]*fill: (#\w{6})/g))
        expect(contrast(colour!, paper)).toBeGreaterThan(4.5);
    }
  });
});

interface Segment {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
}

function geometryOf(svg: string): { wires: Segment[][]; boxes: Segment[] } {
  // The first path is the rail, those of the legend are relative.
  const paths = [...svg.matchAll(/<path class="wire \w+" d="(M [^"h]*)"/g)].map(([, d]) => d!).slice(1);
  const boxes = [
    ...svg.matchAll(/class="box" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g),
  ];
  return {
    wires: paths.map(segmentsOf),
    boxes: boxes.map((match) => {
      const [x, y, width, height] = match.slice(1).map(Number) as [number, number, number, number];
      return { x1: x, y1: y, x2: x + width, y2: y + height };
    }),
  };
}

function segmentsOf(d: string): Segment[] {
  const segments: Segment[] = [];
  let [x, y] = [0, 0];
  for (const [, letter, values] of d.matchAll(/([MHV]) ([\d. ]+)/g)) {
    const [first, second] = values!.trim().split(" ").map(Number);
    const [x2, y2] = letter === "M" ? [first!, second!] : letter === "H" ? [first!, y] : [x, first!];
    if (letter !== "M") segments.push({ x1: x, y1: y, x2, y2 });
    [x, y] = [x2, y2];
  }
  return segments;
}

function shareEnd(a: Segment[], b: Segment[]): boolean {
  const ends = (wire: Segment[]) => [
    `${wire[0]!.x1} ${wire[0]!.y1}`,
    `${wire.at(-1)!.x2} ${wire.at(-1)!.y2}`,
  ];
  return ends(a).some((end) => ends(b).includes(end));
}

/** Two segments on one line that have more than a point in common. */
function overlap(a: Segment, b: Segment): boolean {
  const common = (a1: number, a2: number, b1: number, b2: number) =>
    Math.min(Math.max(a1, a2), Math.max(b1, b2)) - Math.max(Math.min(a1, a2), Math.min(b1, b2)) > 0;
  if (a.x1 === a.x2 && b.x1 === b.x2) return a.x1 === b.x1 && common(a.y1, a.y2, b.y1, b.y2);
  return a.y1 === a.y2 && b.y1 === b.y2 && a.y1 === b.y1 && common(a.x1, a.x2, b.x1, b.x2);
}

function enters({ x1, y1, x2, y2 }: Segment, box: Segment): boolean {
  return (
    Math.max(x1, x2) > box.x1 &&
    Math.min(x1, x2) < box.x2 &&
    Math.max(y1, y2) > box.y1 &&
    Math.min(y1, y2) < box.y2
  );
}

/** Ratio of contrast by WCAG 2.1, 1 to 21. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [red, green, blue] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  };
  const [dim, bright] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright! + 0.05) / (dim! + 0.05);
}
