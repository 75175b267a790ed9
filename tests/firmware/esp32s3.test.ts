// The ESP32-S3's compiler cannot be had from Debian or npm: its C is checked with the compiler of this machine against stub
// headers. That it links and runs is not shown here.

import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { missing } from "../../scripts/tools.ts";

const ROOT = join(import.meta.dirname, "../..");

describe.skipIf(missing("gcc"))("the port of the ESP32-S3", () => {
  it("is C without a warning", () => {
    const args = [
      ..."-std=gnu11 -O2 -Wall -Wextra -Werror -fsyntax-only -DHOSTED".split(" "),
      `-I${join(import.meta.dirname, "esp-idf-stubs")}`,
      `-I${join(ROOT, "boards/common")}`,
      join(ROOT, "boards/esp32s3/main/port.c"),
    ];
    expect(execFileSync("gcc", args, { encoding: "utf8" })).toBe("");
  });
});
