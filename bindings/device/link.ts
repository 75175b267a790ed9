// A way for bytes to a device: a serial port, a socket, a pipe to an emulator, or memory. Time belongs to the link, so that a
// simulated one can have a time of its own.

/** Bytes to and from a device: a serial port, a socket, an emulator. */
export interface Link {
  /** What messages call it: a port's path, an address. */
  readonly name: string;
  /** Bytes a second that can be relied upon; decides how long a reply is waited for. */
  readonly bytesPerSecond: number;
  /** Sends all bytes. Throws `device-lost` when the other side is gone. */
  send(bytes: Uint8Array): Promise<void>;
  /** What has come, waiting at most `timeoutMs` for it; empty when nothing came. Throws `device-lost`. */
  receive(timeoutMs: number): Promise<Uint8Array>;
  /** Milliseconds since some moment. */
  nowMs(): number;
  /** Gives the port back; calling it twice is no error. */
  close(): Promise<void>;
}
