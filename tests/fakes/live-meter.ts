// A meter of text lines in real time whose device draws one current while its marker is high and another one while it is low. The
// marker's edges come from outside, with the time at which they were; lines go out a little later, so that every sample knows
// the marker's level.

export interface LiveMeterOptions {
  /** Where its lines go. */
  write: (bytes: Uint8Array) => void;
  samplesPerSecond: number;
  shuntOhm: number;
  supplyMv: number;
  highA: number;
  lowA: number;
  /** Amplitude of a sine of 50 Hz on top of either. */
  rippleA?: number;
  /** By how much its clock runs too fast, relative. */
  fastBy?: number;
  /** Samples it says overflow in, by their number. */
  overflowAt?: (sample: number) => boolean;
  /** Every n-th line is lost. */
  loseEvery?: number;
}

const DELAY_SECONDS = 0.06;
const TICK_MS = 10;

export class LiveMeter {
  readonly #options: LiveMeterOptions;
  readonly #edges: { high: boolean; seconds: number }[] = [];
  readonly #start = nowSeconds();
  readonly #timer: ReturnType<typeof setInterval>;
  #level = false;
  #next = 0;
  /** When it stopped talking; null while it talks. */
  silent = false;

  constructor(options: LiveMeterOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** An edge of the device's marker. */
  edge(high: boolean, seconds: number): void {
    this.#edges.push({ high, seconds });
  }

  /** Bytes from the host: "?" asks for the header. */
  receive(bytes: Uint8Array): void {
    const { samplesPerSecond, shuntOhm } = this.#options;
    if (!bytes.includes("?".charCodeAt(0)) || this.silent) return;
    this.#say(
      `# liquid-edge-meter v1 dev=INA228 shunt_ohm=${shuntOhm} fs=${samplesPerSecond}\nt_us,shunt_uV,bus_mV,trig\n`,
    );
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #say(text: string): void {
    this.#options.write(Buffer.from(text, "latin1"));
  }

  #tick(): void {
    const { samplesPerSecond, shuntOhm, supplyMv, highA, lowA, rippleA = 0, fastBy = 0 } = this.#options;
    const { overflowAt = () => false, loseEvery = 0 } = this.#options;
    const until = nowSeconds() - this.#start - DELAY_SECONDS;
    let text = "";
    for (; this.#next / samplesPerSecond <= until; this.#next++) {
      const seconds = this.#next / samplesPerSecond;
      const stamp = (at: number) => Math.round(at * (1 + fastBy) * 1e6);
      while (this.#edges.length > 0 && this.#edges[0]!.seconds - this.#start <= seconds) {
        const edge = this.#edges.shift()!;
        this.#level = edge.high;
        text += `E,${stamp(edge.seconds - this.#start)},${edge.high ? 1 : 0}\n`;
      }
      if (loseEvery > 0 && this.#next % loseEvery === loseEvery - 1) continue;
      const amperes = (this.#level ? highA : lowA) + rippleA * Math.sin(2 * Math.PI * 50 * seconds);
      const uv = overflowAt(this.#next) ? "ovf" : amperes * shuntOhm * 1e6;
      text += `${stamp(seconds)},${uv},${supplyMv},${this.#level ? 1 : 0}\n`;
    }
    if (text !== "" && !this.silent) this.#say(text);
  }
}

function nowSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}
