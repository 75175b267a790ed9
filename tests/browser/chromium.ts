// Headless Chromium for tests of pages.

import { type Browser, chromium } from "playwright-core";
import { findCommand } from "../../scripts/tools.ts";

/** The installed Chromium, quiet: it fetches nothing on its own account. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findCommand("chromium")!,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-background-networking",
      "--disable-sync",
    ],
  });
}
