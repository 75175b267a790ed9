// results.jsonl of a sweep.

import { type AnyRecord, parseRecords, recordKey } from "../../bindings/sweep/record.ts";
import type { Io } from "../io.ts";
import { decodeText, fileName } from "../read-text.ts";
import { readIfThere } from "./task.ts";

const SAVE_EVERY_MS = 1000;
/** At most a tenth of the time goes into saving: a large file takes longer to write. */
const SAVE_SHARE = 0.1;

/** Written whole and one write after the other: an older content never replaces a newer one. */
export class ResultsFile {
  /** By `recordKey`. */
  readonly known: Map<string, AnyRecord>;
  readonly #io: Io;
  readonly #path: string;
  /** Null: there is no file yet, and an empty shard needs one. */
  #written: string | null;
  #next = performance.now() + SAVE_EVERY_MS;
  #writing: Promise<void> = Promise.resolve();

  private constructor(io: Io, path: string, text: string | null) {
    this.#io = io;
    this.#path = path;
    this.#written = text;
    this.known = new Map(
      parseRecords(text ?? "", fileName(path)).map((record) => [recordKey(record), record]),
    );
  }

  /** @throws LiquidEdgeError `bad-file` for results that are no results */
  static async open(io: Io, path: string): Promise<ResultsFile> {
    const bytes = await readIfThere(io, path);
    return new ResultsFile(io, path, bytes === null ? null : decodeText(bytes, fileName(path), "bad-file"));
  }

  async saveNowAndThen(): Promise<void> {
    const started = performance.now();
    if (started < this.#next) return;
    this.#next = Number.POSITIVE_INFINITY;
    await this.save();
    const now = performance.now();
    this.#next = Math.max(started + SAVE_EVERY_MS, now + (now - started) / SAVE_SHARE);
  }

  /** Writes what is known, if it is not there already; `order`: what of it goes last, in this order. */
  save(order: readonly string[] = []): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const places = new Map(order.map((id, i) => [id, i]));
      const sorted = [...this.known].sort(([a], [b]) => (places.get(a) ?? -1) - (places.get(b) ?? -1));
      const text = sorted.map(([, record]) => `${JSON.stringify(record)}\n`).join("");
      if (text === this.#written) return;
      await this.#io.writeFile(this.#path, text);
      this.#written = text;
    });
    return this.#writing;
  }
}
