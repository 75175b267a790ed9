import { describe, expect, it } from "vitest";
import { parseOpProfile } from "../../bindings/estimate/parse-profile.ts";

describe("parseOpProfile", () => {
  it("takes classes, MACs or both, and ignores other fields", () => {
    const both = { classes: { f32Add: 1.5 }, macs: [{ kernel: "f32", count: 2, note: "x" }], comment: "y" };
    expect(parseOpProfile(both, "p.json")).toEqual({
      classes: { f32Add: 1.5 },
      macs: [{ kernel: "f32", count: 2 }],
    });
    expect(parseOpProfile({ classes: { drop: 1 } }, "p.json")).toEqual({ classes: { drop: 1 }, macs: [] });
    expect(parseOpProfile({ macs: [] }, "p.json")).toEqual({ classes: {}, macs: [] });
  });

  it.each([
    [null, "bad-input", "p.json: expected an object, found null"],
    [[], "bad-input", "p.json: expected an object, found an array"],
    ["x", "bad-input", "p.json: expected an object, found a value of type string"],
    [{}, "bad-input", 'p.json: expected a field "classes" or "macs", found an empty object'],
    [
      { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 },
      "bad-input",
      'p.json: expected a field "classes" or "macs", found a, b, c, d, e',
    ],
    [{ classes: 3 }, "bad-input", 'p.json: "classes" expected an object, found a value of type number'],
    [{ macs: "none" }, "bad-input", 'p.json: "macs" expected an array, found a value of type string'],
    [
      { classes: { quaternion: 1 } },
      "unknown-name",
      'p.json: "classes" expected names of operation classes, found "quaternion"',
    ],
    [
      { classes: { toString: 1 } },
      "unknown-name",
      'p.json: "classes" expected names of operation classes, found "toString"',
    ],
    [
      { classes: { drop: 0, f32Add: null } },
      "bad-input",
      'p.json: "classes.f32Add" expected a finite count >= 0, found null',
    ],
    [
      { classes: { drop: Number.POSITIVE_INFINITY } },
      "bad-input",
      'p.json: "classes.drop" expected a finite count >= 0, found Infinity',
    ],
    [
      {
        macs: [
          { kernel: "f32", count: 1 },
          { kernel: "f32", count: -0.5 },
        ],
      },
      "bad-input",
      'p.json: "macs[1].count" expected a finite count >= 0, found -0.5',
    ],
    [
      { macs: [["f32", 1]] },
      "bad-input",
      'p.json: "macs[0]" expected an object {"kernel": name, "count": number}, found an array',
    ],
    [
      { macs: [{ count: 1 }] },
      "bad-input",
      'p.json: "macs[0]" expected an object {"kernel": name, "count": number}, found kernel a value of type undefined',
    ],
    [{ ops: 1 }, "bad-input", 'p.json: expected a field "classes" or "macs", found ops'],
    [{ classes: [] }, "bad-input", 'p.json: "classes" expected an object, found an array'],
    [{ macs: {} }, "bad-input", 'p.json: "macs" expected an array, found a value of type object'],
    [
      { classes: { f32Ad: 1 } },
      "unknown-name",
      'p.json: "classes" expected names of operation classes, found "f32Ad" (did you mean "f32Add"?)',
    ],
    [{ classes: { drop: -1 } }, "bad-input", 'p.json: "classes.drop" expected a finite count >= 0, found -1'],
    [
      { classes: { drop: "1" } },
      "bad-input",
      'p.json: "classes.drop" expected a finite count >= 0, found a value of type string',
    ],
    [
      { macs: [{ kernel: 1, count: 1 }] },
      "bad-input",
      'p.json: "macs[0]" expected an object {"kernel": name, "count": number}, found kernel a value of type number',
    ],
    [
      { macs: [null] },
      "bad-input",
      'p.json: "macs[0]" expected an object {"kernel": name, "count": number}, found null',
    ],
    [
      { macs: [{ kernel: "f32" }] },
      "bad-input",
      'p.json: "macs[0].count" expected a finite count >= 0, found a value of type undefined',
    ],
  ])("refuses %j", (json, code, message) => {
    expect(() => parseOpProfile(json, "p.json")).toThrow(expect.objectContaining({ code, message }));
  });

  it("is a profile of its own, that the file no longer changes", () => {
    const json = { classes: { drop: 0 }, macs: [{ kernel: "f32", count: 0 }] };
    const profile = parseOpProfile(json, "p.json");
    json.classes.drop = 5;
    json.macs[0]!.count = 5;
    expect(profile).toEqual({ classes: { drop: 0 }, macs: [{ kernel: "f32", count: 0 }] });
  });
});
