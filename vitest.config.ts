import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["tests/**/*.test.ts"],
    // Counting and fuzzing keep a core busy; the default of 5 s is for tests that wait.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
