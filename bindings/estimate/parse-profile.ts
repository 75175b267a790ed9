// An operation profile from elsewhere (`estimate --ops`), checked once at the door.

import { isOpClass, OP_CLASSES } from "../count/op-class.ts";
import type { MacCount, OpProfile } from "../count/op-profile.ts";
import { complain, nearestName } from "../errors.ts";

/**
 * The profile of one time step in `{"classes": {"f32Add": 120, …}, "macs": [{"kernel": "int8-scalar", "count": 64}]}`;
 * either field may be absent, others are ignored. `source` names the file in messages. Throws `unknown-name` for a
 * class that does not exist and `bad-input` for anything else that is wrong.
 */
export function parseOpProfile(json: unknown, source: string): OpProfile {
  if (!isObject(json)) throw complain("bad-input", source, { expected: "an object", found: kindOf(json) });
  if (json.classes === undefined && json.macs === undefined) {
    throw complain("bad-input", source, {
      expected: 'a field "classes" or "macs"',
      found: Object.keys(json).slice(0, 5).join(", ") || "an empty object",
    });
  }
  const classes = json.classes ?? {};
  if (!isObject(classes)) {
    throw complain("bad-input", source, { field: "classes", expected: "an object", found: kindOf(classes) });
  }
  const macs = json.macs ?? [];
  if (!Array.isArray(macs)) {
    throw complain("bad-input", source, { field: "macs", expected: "an array", found: kindOf(macs) });
  }
  const profile = { classes, macs } as OpProfile;
  checkOpProfile(profile, source);
  return {
    classes: { ...profile.classes },
    macs: profile.macs.map(({ kernel, count, rows }) => ({
      kernel,
      count,
      ...(rows === undefined ? {} : { rows }),
    })),
  };
}

/** Throws as `parseOpProfile` does when a class is unknown or a count is not a number >= 0. */
export function checkOpProfile(profile: OpProfile, source: string): void {
  for (const [name, count] of Object.entries(profile.classes)) {
    if (!isOpClass(name)) {
      const near = nearestName(name, Object.keys(OP_CLASSES));
      throw complain("unknown-name", source, {
        field: "classes",
        expected: "names of operation classes",
        found: `"${name}"`,
        ...(near === undefined ? {} : { hint: `did you mean "${near}"?` }),
      });
    }
    checkCount(count, `classes.${name}`, source);
  }
  profile.macs.forEach((mac: MacCount | null, i) => {
    if (!isObject(mac) || typeof mac.kernel !== "string") {
      throw complain("bad-input", source, {
        field: `macs[${i}]`,
        expected: 'an object {"kernel": name, "count": number}',
        found: isObject(mac) ? `kernel ${kindOf(mac.kernel)}` : kindOf(mac),
      });
    }
    checkCount(mac.count, `macs[${i}].count`, source);
    if (mac.rows !== undefined) checkCount(mac.rows, `macs[${i}].rows`, source);
  });
}

function checkCount(count: unknown, field: string, source: string): void {
  if (typeof count === "number" && count >= 0 && Number.isFinite(count)) return;
  const found = typeof count === "number" ? String(count) : kindOf(count);
  throw complain("bad-input", source, { field, expected: "a finite count >= 0", found });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}
