// Counts the bytes that code asks for at once: typed arrays, array buffers, arrays of a given length, repeated text. What grows
// item by item is left to the heap's limit.

const TYPED = [
  "Int8Array",
  "Uint8Array",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
] as const;
/** An element of an array that is filled by index. */
const ELEMENT_BYTES = 8;

/** What was asked for is beyond the limit; nothing was allocated. */
export class TooMuch extends Error {
  override readonly name = "TooMuch";
}

export class AllocationMeter {
  bytes = 0;
  #limit = Number.POSITIVE_INFINITY;
  readonly #restore: (() => void)[] = [];

  /** Starts a new count; more than `limitBytes` in all throws `TooMuch` where it is asked for. */
  begin(limitBytes: number): void {
    this.bytes = 0;
    this.#limit = limitBytes;
  }

  #add(bytes: number): void {
    if (!(bytes > 0)) return;
    this.bytes += bytes;
    if (this.bytes > this.#limit) throw new TooMuch(`${this.bytes} bytes, the limit is ${this.#limit}`);
  }

  /** Counts from now on, until `dispose`. */
  install(): this {
    const world = globalThis as unknown as Record<string, unknown>;
    for (const name of [...TYPED, "ArrayBuffer"]) {
      const original = world[name] as { new (...args: never[]): object; BYTES_PER_ELEMENT?: number };
      const width = original.BYTES_PER_ELEMENT ?? 1;
      const counted: typeof original = new Proxy(original, {
        construct: (target, args: unknown[], newTarget) => {
          const [first] = args;
          const length = typeof first === "number" ? first : ((first as { length?: number })?.length ?? 0);
          this.#add(length * width);
          return Reflect.construct(target, args, newTarget === counted ? target : newTarget);
        },
      });
      world[name] = counted;
      this.#restore.push(() => {
        world[name] = original;
      });
    }
    this.#count(Array, "from", ([items]) => ((items as { length?: number })?.length ?? 0) * ELEMENT_BYTES);
    this.#count(String.prototype, "repeat", ([times], text) => Number(times) * String(text).length);
    for (const name of ["padStart", "padEnd"]) {
      this.#count(String.prototype, name, ([length], text) => Number(length) - String(text).length);
    }
    return this;
  }

  #count(owner: object, name: string, bytesOf: (args: unknown[], self: unknown) => number): void {
    const methods = owner as Record<string, (...args: unknown[]) => unknown>;
    const original = methods[name]!;
    const add = (bytes: number) => this.#add(bytes);
    methods[name] = function counted(this: unknown, ...args: unknown[]) {
      add(bytesOf(args, this));
      return original.apply(this, args);
    };
    this.#restore.push(() => {
      methods[name] = original;
    });
  }

  dispose(): void {
    for (const restore of this.#restore) restore();
  }
}
