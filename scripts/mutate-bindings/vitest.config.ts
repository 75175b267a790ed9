// The tests that judge mutants: those of the two folders, but for the ones that cost whole networks, start other programs or try
// thousands of histories. Others reach the code through dist/, a command or a process. Each mutant costs what its tests cost.

import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/estimate/**/*.test.ts", "tests/record/**/*.test.ts"],
    exclude: [
      "tests/estimate/validation.test.ts",
      "tests/estimate/precision-energy.test.ts",
      "tests/record/error-rates.test.ts",
      "tests/record/formats-in-tools.test.ts",
    ],
    // One worker that loads everything once; the tests share no state.
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
