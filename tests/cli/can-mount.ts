import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether this process may mount a file system, which a full disk needs; says so where it may not. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), "liquid-edge-mount-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "none", folder]).status === 0;
  if (mounted) execFileSync("umount", [folder]);
  rmSync(folder, { recursive: true });
  if (!mounted) console.warn("SKIPPED: a full disk; it needs the right to mount a tmpfs");
  return mounted;
}
