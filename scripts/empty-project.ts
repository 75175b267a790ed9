// A project that has nothing but the packed package, as `npm install` would leave it. Needs no registry: dependencies are those that
// are installed here.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Packs the repository at `root` (which must be built) into `folder` and returns the tarball's path. */
export function pack(root: string, folder: string): string {
  const json = execFileSync(
    "npm",
    ["pack", "--json", "--ignore-scripts", "--offline", "--pack-destination", folder],
    { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
  );
  return join(folder, JSON.parse(json)[0].filename);
}

/** Makes `folder` a project of type module with the tarball installed and, linked, what the package depends on. */
export function makeProject(root: string, folder: string, tarball: string): void {
  const modules = join(folder, "node_modules");
  const own = join(modules, "liquid-edge");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "name": "empty", "private": true, "type": "module" }\n');
  execFileSync("tar", ["-xzf", tarball, "-C", own, "--strip-components=1"]);
  const manifest = JSON.parse(readFileSync(join(own, "package.json"), "utf8"));
  // What these depend on is found where the links lead.
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    if (!existsSync(join(root, "node_modules", name))) continue;
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, "node_modules", name), join(modules, name));
  }
  mkdirSync(join(modules, ".bin"));
  for (const [name, path] of Object.entries<string>(manifest.bin))
    symlinkSync(join("..", "liquid-edge", path), join(modules, ".bin", name));
}
