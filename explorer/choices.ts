// What the reader has chosen, and how it stands in the URL behind "#", so that a link or a reload shows the same.

import { builtinBoards } from "../bindings/board/load.ts";

export const PRECISIONS = ["fp32", "fp16", "int8", "int4"] as const;

/** What the plot holds against energy. */
export const AGAINST = ["latency", "power", "ram", "flash"] as const;
export const SCOPES = ["board", "all"] as const;
export const COLUMNS = [
  "platform",
  "core",
  "clock",
  "latency",
  "energy",
  "power",
  "time",
  "ram",
  "flash",
  "fits",
] as const;

export interface Choices {
  /** Name of a network in the page. */
  model: string;
  platform: string;
  /** Id of an operating point of that platform. */
  point: string;
  precision: (typeof PRECISIONS)[number];
  /** Share of the weights to prune, 0 to below 1. */
  sparsity: number;
  rateHz: number;
  /** Null: no battery. */
  batteryMah: number | null;
  batteryV: number;
  against: (typeof AGAINST)[number];
  scope: (typeof SCOPES)[number];
  sort: (typeof COLUMNS)[number];
  descending: boolean;
}

const PLATFORM = "nrf52840";

/** What holds where the URL says nothing, and for whatever in it makes no sense. */
export function defaultChoices(model: string): Choices {
  return {
    model,
    platform: PLATFORM,
    point: defaultPoint(PLATFORM),
    precision: "fp32",
    sparsity: 0,
    rateHz: 100,
    batteryMah: 230,
    batteryV: 3,
    against: "ram",
    scope: "board",
    sort: "energy",
    descending: false,
  };
}

export function defaultPoint(platform: string): string {
  return builtinBoards().find(({ id }) => id === platform)!.defaultPoint;
}

/** The choices behind "#"; whatever is missing or makes no sense there is as in `fallback`. */
export function parseChoices(hash: string, fallback: Choices): Choices {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const oneOf = <T extends string>(key: string, names: readonly T[], otherwise: T): T =>
    names.find((name) => name === given.get(key)) ?? otherwise;
  const boards = builtinBoards();
  const platform = oneOf(
    "platform",
    boards.map(({ id }) => id),
    fallback.platform,
  );
  const board = boards.find(({ id }) => id === platform)!;
  const points = board.operatingPoints.map(({ id }) => id);
  const battery = given.get("mah");
  return {
    model: given.get("model") ?? fallback.model,
    platform,
    point: oneOf("point", points, points.includes(fallback.point) ? fallback.point : board.defaultPoint),
    precision: oneOf("precision", PRECISIONS, fallback.precision),
    sparsity: share(given.get("sparsity")) ?? fallback.sparsity,
    rateHz: positive(given.get("rate")) ?? fallback.rateHz,
    batteryMah: battery === "" ? null : (positive(battery) ?? fallback.batteryMah),
    batteryV: positive(given.get("v")) ?? fallback.batteryV,
    against: oneOf("against", AGAINST, fallback.against),
    scope: oneOf("scope", SCOPES, fallback.scope),
    sort: oneOf("sort", COLUMNS, fallback.sort),
    descending: given.has("descending") ? given.get("descending") === "1" : fallback.descending,
  };
}

/** The inverse of `parseChoices`, without "#". */
export function formatChoices(choices: Choices): string {
  return new URLSearchParams({
    model: choices.model,
    platform: choices.platform,
    point: choices.point,
    precision: choices.precision,
    sparsity: String(choices.sparsity),
    rate: String(choices.rateHz),
    mah: choices.batteryMah === null ? "" : String(choices.batteryMah),
    v: String(choices.batteryV),
    against: choices.against,
    scope: choices.scope,
    sort: choices.sort,
    descending: choices.descending ? "1" : "0",
  }).toString();
}

/** A finite number above 0, or null. The command takes the same. */
export function positive(text: string | null): number | null {
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value > 0 ? value : null;
}

function share(text: string | null): number | null {
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return value >= 0 && value < 1 ? value : null;
}
