// Whether version, CHANGELOG and baseline belong together.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One line for everything that keeps the version in package.json from being released; none when it may be. */
export function versionProblems(root: string): string[] {
  const read = (name: string) => readFileSync(join(root, name), "utf8");
  const { version } = JSON.parse(read("package.json"));
  const problems: string[] = [];
  const expect = (file: string, expected: string, found: string | undefined) => {
    if (found !== expected) problems.push(`${file}: expected ${expected}, found ${found ?? "none"}`);
  };
  expect("package-lock.json: version", version, JSON.parse(read("package-lock.json")).version);
  const heading = /^## (\S+).*\n+(.*)/m.exec(read("CHANGELOG.md"));
  expect("CHANGELOG.md: first heading", version, heading?.[1]);
  if (!heading?.[2]?.startsWith("- "))
    problems.push(`CHANGELOG.md: expected lines under ${version}, found none`);
  const baseline = `baselines/v${version}.json`;
  if (!existsSync(join(root, baseline)))
    problems.push(
      `${baseline}: expected the baseline of this version (baseline save v${version}), found none`,
    );
  else expect(`${baseline}: version`, `v${version}`, JSON.parse(read(baseline)).version);
  const gate = /--baseline-version (\S+)/.exec(JSON.parse(read("package.json")).scripts.gate)?.[1];
  expect("package.json: scripts.gate, --baseline-version", `v${version}`, gate);
  return problems;
}
