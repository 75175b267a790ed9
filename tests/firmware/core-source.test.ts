import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { KERNELS } from "../../bindings/core/kernels.ts";
import { FRAME_MAX_BODY, FrameType, HelloFlag, NakCode, Region } from "../../bindings/device/protocol.ts";
import { coreSource } from "../../cli/firmware/core-source.ts";

const header = readFileSync(new URL("../../boards/common/protocol.h", import.meta.url), "utf8");

/** Values of the enumeration `name` in protocol.h. */
function enumOf(name: string): Record<string, number> {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(header)![1]!.replace(/\/\/.*$/gm, "");
  return Object.fromEntries(
    [...body.matchAll(/(\w+) = (0x[0-9a-f]+|\d+)/g)].map((match) => [match[1]!, Number(match[2])]),
  );
}

const prefixed = (prefix: string, values: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}_${name}`, value]));

describe("the two halves of the protocol", () => {
  it.each([
    ["frame_type", prefixed("FRAME", FrameType)],
    ["nak_code", prefixed("NAK", NakCode)],
    ["hello_flag", prefixed("HELLO", HelloFlag)],
    ["region", prefixed("REGION", Region)],
  ])("%s has the same values in C and TypeScript", (name, values) => {
    expect(enumOf(name)).toEqual(values);
  });

  it("allow the same longest body", () => {
    expect(header).toContain(`#define FRAME_MAX_BODY ${FRAME_MAX_BODY}\n`);
  });
});

describe("core.wasm as C", () => {
  it("refuses what another wasm2c wrote, in one line", () => {
    expect(() => coreSource("int main;", new Uint8Array(0))).toThrow(
      "core.c: expected the output of wasm2c 1.0.32, found something else",
    );
  });

  it("knows the kernels of the core", () => {
    // Text as wasm2c writes it, of a core without bodies.
    const names = ["check", "reset", "step", "stepLayer", ...KERNELS];
    const text =
      names.map((name) => `static void w2c_${name}(Z_core_instance_t*, u32);\n`).join("") +
      names.map((name) => `/* export: '${name}' */\n`).join("");
    expect(coreSource(text, new Uint8Array(0)).kernels).toEqual([...KERNELS]);
    expect(() => coreSource(text, new Uint8Array(0), { portKernels: ["matvec"] })).toThrow('found "matvec"');
  });
});
