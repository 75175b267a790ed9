// What is in a file of JSON: an operation profile, a configuration, an input.

import { totalOperations } from "../../../bindings/count/op-class.ts";
import { parseOpProfile } from "../../../bindings/estimate/parse-profile.ts";
import { configToJson, parseConfig } from "../../../bindings/network/config.ts";
import { printable } from "../../../bindings/network/printable.ts";
import { summarise } from "../../../format/summary.ts";
import { table, whole } from "../../text.ts";
import { type Base, type Finding, isObject } from "./finding.ts";

export function inspectProfile(value: object, base: Base): Finding {
  const profile = parseOpProfile(value, base.file);
  const operations = totalOperations(profile.classes);
  return {
    json: { ...base, kind: "operation profile", operations, ...profile },
    text: (colour) =>
      [
        `${base.file}: operation profile, ${whole(operations)} operations`,
        "",
        table(
          [{ title: "class or kernel" }, { title: "count", align: "right" }],
          [
            ...Object.entries(profile.classes).map(([name, n]) => [name, whole(n)]),
            ...profile.macs.map(({ kernel, count: n }) => [`${printable(kernel)} (MACs)`, whole(n)]),
          ],
          colour,
        ),
      ].join("\n"),
  };
}

export function inspectConfiguration(value: Record<string, unknown>, base: Base): Finding {
  const model = parseConfig(value, base.file);
  const config = configToJson(model);
  const input = "input" in value ? { input: shapesOf(value) } : {};
  return {
    json: { ...base, kind: "configuration", ...config, ...input },
    text: () =>
      [
        `${base.file}: configuration of ${model.class}${"input" in value ? ", and an input" : ""}`,
        `  network  ${summarise(model)}`,
        ...Object.entries(config.config).map(([key, entry]) => `  ${key}: ${JSON.stringify(entry)}`),
        ...("input" in value ? ["", ...shapeLines(value)] : []),
      ].join("\n"),
  };
}

const INPUT_FIELDS = ["input", "timespans", "initial_h", "initial_c"] as const;

export function inspectInput(value: Record<string, unknown>, base: Base): Finding {
  return {
    json: { ...base, kind: "input", ...shapesOf(value) },
    text: () => [`${base.file}: input`, ...shapeLines(value)].join("\n"),
  };
}

/** Shapes of the fields that `run` reads; null where there is nothing. Values are checked against a network only. */
function shapesOf(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    INPUT_FIELDS.map((field) => {
      const tensor = value[field];
      return [field, isObject(tensor) && Array.isArray(tensor.shape) ? { shape: tensor.shape } : null];
    }),
  );
}

function shapeLines(value: Record<string, unknown>): string[] {
  return Object.entries(shapesOf(value)).map(
    ([field, shape]) =>
      `  ${field.padEnd(9)}  ${shape === null ? "none" : JSON.stringify((shape as { shape: unknown }).shape)}`,
  );
}
