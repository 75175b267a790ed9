// The tests that judge mutants: those of the two folders, but for the ones that cost whole networks or start other programs before
// the first test begins. Others reach the code through dist/, a command or a process, and would take minutes where these take a second.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/estimate/**/*.test.ts", "tests/record/**/*.test.ts"],
    exclude: [
      "tests/estimate/validation.test.ts",
      "tests/estimate/precision-energy.test.ts",
      "tests/record/formats-in-tools.test.ts",
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
