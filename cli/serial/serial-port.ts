// The package serialport, which is optional: it brings compiled code for each platform.

import { LiquidEdgeError } from "../../bindings/errors.ts";
import manifest from "../../package.json" with { type: "json" };

/** Throws `bad-tool` when the package is not installed, or has nothing for this platform. */
export async function loadSerialPort(): Promise<typeof import("serialport").SerialPort> {
  try {
    return (await import("serialport")).SerialPort;
  } catch (cause) {
    throw new LiquidEdgeError(
      "bad-tool",
      "serialport: expected the npm package that talks to serial ports, found none that loads " +
        `(npm install serialport@${manifest.optionalDependencies.serialport}; tcp: and unix: addresses need no package)`,
      { cause },
    );
  }
}
