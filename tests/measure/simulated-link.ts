// A link to a fake instrument whose time is simulated: every wait moves it on, and the fake measures for as long.

import type { Link } from "../../bindings/device/link.ts";

export interface Fake {
  receive(bytes: Uint8Array): void;
  /** What is on its way, with `n` samples more while it measures. */
  produce(n: number): Uint8Array;
}

export class SimulatedLink implements Link {
  readonly name = "simulated";
  readonly bytesPerSecond = 1e6;
  readonly #fake: Fake;
  readonly #samplesPerSecond: number;
  #ms = 0;
  #fraction = 0;
  #waiting: Uint8Array = new Uint8Array(0);
  closed = 0;
  /** Share of the samples that the fake's clock is ahead. */
  drift = 0;
  silent = false;

  constructor(fake: Fake, samplesPerSecond: number) {
    this.#fake = fake;
    this.#samplesPerSecond = samplesPerSecond;
  }

  async send(bytes: Uint8Array): Promise<void> {
    this.#fake.receive(bytes);
  }

  async receive(timeoutMs: number): Promise<Uint8Array> {
    // Others get their turn, as with a real wait.
    await new Promise((resolve) => setImmediate(resolve));
    this.pass(Math.min(timeoutMs, 5));
    const bytes = this.#waiting;
    this.#waiting = new Uint8Array(0);
    if (bytes.length === 0) this.#ms += Math.max(0, timeoutMs - 5);
    return this.silent ? new Uint8Array(0) : bytes;
  }

  /** Lets time go by. */
  pass(ms: number): void {
    this.#ms += ms;
    this.#fraction += (ms / 1000) * this.#samplesPerSecond * (1 + this.drift);
    const n = Math.floor(this.#fraction);
    this.#fraction -= n;
    this.#waiting = Buffer.concat([this.#waiting, this.#fake.produce(n)]);
  }

  nowMs(): number {
    return this.#ms;
  }

  async close(): Promise<void> {
    this.closed++;
  }
}
