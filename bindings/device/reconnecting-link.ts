// A link to a device that may be pulled out and plugged in again: bytes on the way are lost, and the session, which repeats
// what is not answered, goes on.

import { LiquidEdgeError } from "../errors.ts";
import type { Link } from "./link.ts";

export interface ReconnectingOptions {
  /** How long to wait for the device to come back, milliseconds. */
  patienceMs: number;
  /** Between two tries, milliseconds. */
  retryMs?: number;
  /** Called when the device is gone, and when it is back. */
  onChange?: (isBack: boolean) => void;
}

export class ReconnectingLink implements Link {
  readonly name: string;
  readonly bytesPerSecond: number;
  readonly #open: () => Promise<Link>;
  readonly #options: Required<ReconnectingOptions>;
  #link: Link;
  #isClosed = false;
  #reconnections = 0;

  private constructor(link: Link, open: () => Promise<Link>, options: Required<ReconnectingOptions>) {
    this.name = link.name;
    this.bytesPerSecond = link.bytesPerSecond;
    this.#link = link;
    this.#open = open;
    this.#options = options;
  }

  /** Opens the first time; a failure then is one. */
  static async open(
    open: () => Promise<Link>,
    { patienceMs, retryMs = 200, onChange = () => {} }: ReconnectingOptions,
  ): Promise<ReconnectingLink> {
    return new ReconnectingLink(await open(), open, { patienceMs, retryMs, onChange });
  }

  /** How often the device came back. */
  get reconnections(): number {
    return this.#reconnections;
  }

  async send(bytes: Uint8Array): Promise<void> {
    await this.#orReconnect(() => this.#link.send(bytes), undefined);
  }

  async receive(timeoutMs: number): Promise<Uint8Array> {
    return this.#orReconnect(() => this.#link.receive(timeoutMs), new Uint8Array(0));
  }

  nowMs(): number {
    return performance.now();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#link.close();
  }

  /** What `act` comes to, or `lost` after the device was gone and came back. */
  async #orReconnect<T>(act: () => Promise<T>, lost: T): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (this.#isClosed || !isLost(error)) throw error;
      await this.#reconnect(error);
      return lost;
    }
  }

  async #reconnect(cause: LiquidEdgeError): Promise<void> {
    const { patienceMs, retryMs, onChange } = this.#options;
    const deadline = performance.now() + patienceMs;
    onChange(false);
    await this.#link.close();
    while (performance.now() < deadline && !this.#isClosed) {
      await new Promise((settle) => setTimeout(settle, retryMs));
      try {
        this.#link = await this.#open();
      } catch (error) {
        if (isLost(error)) continue;
        throw error;
      }
      this.#reconnections++;
      onChange(true);
      return;
    }
    throw new LiquidEdgeError(
      "device-lost",
      `${cause.message}, and not back within ${(patienceMs / 1000).toFixed(0)} s`,
    );
  }
}

function isLost(error: unknown): error is LiquidEdgeError {
  return error instanceof LiquidEdgeError && error.code === "device-lost";
}
