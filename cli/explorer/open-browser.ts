import { spawn } from "node:child_process";

const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Opens the user's browser, which outlives this process. Where there is none the printed address is enough. */
export function openBrowser(url: string): void {
  const [command, ...args] = OPENERS[process.platform] ?? (["xdg-open"] as const);
  const child = spawn(command, [...args, url], { detached: true, stdio: "ignore" });
  child.on("error", () => {});
  child.unref();
}
