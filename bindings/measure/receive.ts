// Waiting for an instrument.

import { concatBytes } from "../concat-bytes.ts";
import type { Link } from "../device/link.ts";
import { complain, LiquidEdgeError } from "../errors.ts";
import { printable } from "../network/printable.ts";

/** An instrument that measures sends all the time: one that says nothing for so long has stopped. */
const SILENCE_MS = 1000;

/** An instrument that was told to stop has sent what was on its way long before. */
const STOPPED_MS = 5000;

/** What comes until nothing comes for `quietMs`. Throws `device-refused` for a device that goes on talking. */
export async function untilQuiet(link: Link, quietMs: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const deadline = link.nowMs() + STOPPED_MS;
  while (link.nowMs() < deadline) {
    const bytes = await link.receive(quietMs);
    if (bytes.length === 0) return concatBytes(parts);
    parts.push(bytes);
  }
  throw complain("device-refused", link.name, {
    expected: "an instrument that stops when it is told to",
    found: `one that still talks after ${STOPPED_MS / 1000} s`,
    hint: "is it another device, or another --format?",
  });
}

/** Text until `complete` says that it is. Throws `device-silent` with what came instead. */
export async function gather(
  link: Link,
  complete: (received: string) => boolean,
  timeoutMs: number,
): Promise<string> {
  let text = "";
  const deadline = link.nowMs() + timeoutMs;
  while (!complete(text)) {
    const left = deadline - link.nowMs();
    if (left <= 0) {
      throw complain("device-silent", link.name, {
        expected: `an instrument that answers within ${timeoutMs} ms`,
        found: text === "" ? "nothing" : `"${printable(text.slice(-60))}"`,
        hint: "is it the right port?",
      });
    }
    text += new TextDecoder("latin1").decode(await link.receive(left));
  }
  return text;
}

/** Receives from an instrument that measures. */
export class SampleReceiver {
  readonly #link: Link;
  #silentSince: number | null = null;

  constructor(link: Link) {
    this.#link = link;
  }

  /** What has come within `timeoutMs`. Throws `device-silent` when nothing has come for a second. */
  async receive(timeoutMs: number): Promise<Uint8Array> {
    const bytes = await this.#link.receive(timeoutMs);
    const now = this.#link.nowMs();
    this.#silentSince = bytes.length > 0 ? null : (this.#silentSince ?? now - timeoutMs);
    if (this.#silentSince === null || now - this.#silentSince < SILENCE_MS) return bytes;
    throw complain("device-silent", this.#link.name, {
      expected: "samples",
      found: `none for ${Math.round(now - this.#silentSince)} ms`,
    });
  }
}

/** An instrument that is unplugged cannot be told to stop, and need not. */
export async function unlessLost(action: Promise<unknown>): Promise<void> {
  try {
    await action;
  } catch (error) {
    if (!(error instanceof LiquidEdgeError && error.code === "device-lost")) throw error;
  }
}
