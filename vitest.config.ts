import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Vitest leaves a core to the watcher; here two of two make the difference between 7 and 12 minutes.
    maxWorkers: "100%",
    // Counting and fuzzing keep a core busy; the default of 5 s is for tests that wait.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
