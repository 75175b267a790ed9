// The bundled example is what its command trains, here and now, to the last bit.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EXAMPLE_DATA, EXAMPLE_TRAINING } from "../../scripts/example.ts";
import { cli, ROOT } from "./run-cli.ts";

const EXAMPLE = join(ROOT, "examples/steam.safetensors");
const DATA = join(ROOT, EXAMPLE_DATA);

describe("examples/steam.safetensors", () => {
  it("has the bytes that its training writes", async () => {
    const { code, err, writtenBytes } = await cli([
      "train",
      DATA,
      ...EXAMPLE_TRAINING,
      "--out",
      "steam.safetensors",
    ]);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    const trained = Buffer.from(writtenBytes.get("steam.safetensors")!);
    expect(trained.equals(readFileSync(EXAMPLE))).toBe(true);
  });

  it("is trained by the command that docs/tour.md shows", () => {
    const tour = readFileSync(join(ROOT, "docs/tour.md"), "utf8");
    const command = ["train", EXAMPLE_DATA, ...EXAMPLE_TRAINING, "--out", "steam.safetensors"].join(" ");
    expect(tour).toContain(`npx liquid-edge ${command}\n`);
  });
});
