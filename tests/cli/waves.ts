// A small data set to train on: slow and fast waves, told apart by their frequency alone.

export const WAVES_DESCRIPTION = {
  task: "classification",
  inputs: ["a", "b"],
  target: "label",
  sequence: "take",
  split: { train: 0.6, validation: 0.2, test: 0.2 },
  normalise: "train",
};

/** The CSV, 20 sequences of 4 to 6 steps. `change` may alter a line, or leave it out with null. */
export function waves(change: (line: string, row: number) => string | null = (line) => line): string {
  const lines = ["take,a,b,label"];
  for (let take = 0; take < 20; take++) {
    for (let t = 0; t < 4 + (take % 3); t++) {
      const wave = Math.sin((0.4 + 1.2 * (take % 2)) * t + take);
      const line = `${take},${wave.toFixed(4)},${Math.cos(7 * take + t).toFixed(4)},${take % 2 ? "fast" : "slow"}`;
      const changed = change(line, lines.length);
      if (changed !== null) lines.push(changed);
    }
  }
  return `${lines.join("\n")}\n`;
}
