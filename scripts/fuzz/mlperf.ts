// What a device sends in MLPerf Tiny's text protocol: the input is all that comes back, a line of it for each `receive`.

import type { Link } from "../../bindings/device/link.ts";
import { MlperfSession } from "../../bindings/device/mlperf-session.ts";
import type { FuzzTarget } from "./engine.ts";
import { utf8 } from "./json-change.ts";
import { Broken } from "./judge.ts";

const SOURCE = "fuzz-device";
const READY = "m-ready\r\n";

/** A link over which these bytes come, then nothing; its clock goes on with each call. */
class Replay implements Link {
  readonly name = SOURCE;
  readonly bytesPerSecond = 11_520;
  readonly #bytes: Uint8Array;
  #at = 0;
  #nowMs = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  async send(): Promise<void> {}

  async receive(timeoutMs: number): Promise<Uint8Array> {
    const feed = this.#bytes.indexOf(10, this.#at);
    const end = feed < 0 ? this.#bytes.length : feed + 1;
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    this.#nowMs += part.length === 0 ? timeoutMs : 0.1;
    return part;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  async close(): Promise<void> {}
}

export const mlperf: FuzzTarget = {
  name: "mlperf",
  source: SOURCE,
  words: [
    "m-ready\n",
    "m-name-dut-[",
    "m-lap-us-",
    "m-results-[",
    "m-load-done",
    "e-[",
    "m-[Expecting 3 bytes]",
    "]",
    "%",
  ],
  codes: ["device-refused", "device-silent"],
  seeds: () => [
    utf8(
      `m-name-dut-[board]\r\n${READY}m-model-[kws01]\r\n${READY}m-lap-us-123\r\n${READY}` +
        `m-[Expecting 3 bytes]\r\n${READY}m-load-done\r\n${READY}` +
        `m-lap-us-100\r\nm-results-[0.1,0.9]\r\nm-lap-us-900\r\n${READY}`,
    ),
  ],
  async read(input) {
    let lines = 0;
    const session = new MlperfSession(new Replay(input), () => lines++);
    const name = await session.name();
    const model = await session.model();
    const at = await session.timestamp();
    await session.load(Uint8Array.of(1, 2, 3));
    const { results, elapsedUs } = await session.infer(10, 1);
    if (lines > input.length) throw new Broken("more lines than bytes");
    if (!results.every(Number.isFinite)) throw new Broken("a result that is no number");
    if (at !== null && !(at >= 0 && at < 2 ** 32)) throw new Broken(`a time of ${at} us of 32 bits`);
    if (elapsedUs !== null && !(elapsedUs >= 0 && elapsedUs < 2 ** 32)) throw new Broken(`${elapsedUs} us`);
    if (name.length + model.length > input.length) throw new Broken("names longer than what came");
    return `${Math.min(3, results.length)} results, ${elapsedUs === null ? "untimed" : "timed"}`;
  },
};
