// Where the bytes of a compiled network go: sections of its image in flash, sections of its arena in RAM, and whether
// a board has room for them beside the firmware.

import type { BoardMemory } from "../board/board.ts";
import { type Firmware, firmwareTotals } from "../board/firmware.ts";

/** Sizes of a compiled image and of the arena it runs in, bytes. */
export interface StaticMemory {
  /** The whole image: weights, tables, header and padding. */
  imageBytes: number;
  /** Parts of image and arena, without padding. */
  sections: {
    /** Weights, biases, scales and sparse indices. */
    weights: number;
    /** Lookup tables of integer networks. */
    tables: number;
    header: number;
    /** What a network remembers between steps. */
    state: number;
    /** Input and output. */
    io: number;
    scratch: number;
  };
  /** The whole arena: control block, state, input, output, scratch and padding. */
  arenaBytes: number;
}

export type ImagePlace = "ram" | "flash";

export interface MemoryOptions {
  /** Where the core reads the image while running; default RAM where image and arena fit together, else flash. */
  imageIn?: ImagePlace;
  /** RAM that the network may use, when that is less than the board's. */
  ramLimitBytes?: number;
  /** What else takes flash and RAM; default nothing. */
  firmware?: Firmware;
}

/** Where image and arena lie on a board, and what that takes, bytes. */
export interface MemoryUse {
  /** Where the core reads the image. */
  imageIn: ImagePlace;
  /** Why there. */
  imageInReason: string;
  /** The image lies in flash in any case; from there it is copied when it runs from RAM. */
  flashBytes: number;
  /** The arena, and the image where it runs from RAM. */
  ramBytes: number;
  /** Flash that the board has. */
  boardFlashBytes: number;
  /** RAM that the board has. */
  boardRamBytes: number;
  /** As asked for; null without a limit. */
  ramLimitBytes: number | null;
  /** What runs the network; null where it was not to count. */
  firmware: Firmware | null;
  /** With the firmware: code, tables and initial values; variables and stack. */
  totalFlashBytes: number;
  totalRamBytes: number;
  /** RAM that the firmware leaves to image and arena. */
  ramForNetworkBytes: number;
  /** Whether the board has room for network and firmware, and the limit for the network alone. */
  fits: { flash: boolean; ram: boolean; ramLimit: boolean | null };
  /** Bytes by section; `other` is padding and the arena's control block. */
  sections: { section: string; place: "image" | "arena"; bytes: number }[];
  /** Linear memory in use while the network ran, measured by the host; null when it did not run. */
  peakBytes: number | null;
}

/** Static sections of a compiled network, the peak while it runs, and whether a board can hold it. */
export class MemoryProfiler {
  readonly #memory: StaticMemory;
  #peakBytes: number | null = null;

  /**
   * @throws RangeError for sizes that are no whole numbers of bytes, or sections that are larger than the whole
   */
  constructor(memory: StaticMemory) {
    for (const [name, bytes] of sizesOf(memory)) {
      if (!Number.isSafeInteger(bytes) || bytes < 0) {
        throw new RangeError(`"${name}" expected a whole number of bytes, got ${bytes}`);
      }
    }
    const { sections } = memory;
    const inImage = sections.weights + sections.tables + sections.header;
    const inArena = sections.state + sections.io + sections.scratch;
    if (inImage > memory.imageBytes) {
      throw new RangeError(
        `"imageBytes" expected at least the sum of its sections ${inImage}, got ${memory.imageBytes}`,
      );
    }
    if (inArena > memory.arenaBytes) {
      throw new RangeError(
        `"arenaBytes" expected at least the sum of its sections ${inArena}, got ${memory.arenaBytes}`,
      );
    }
    this.#memory = memory;
  }

  /** Sections in the order of the addresses. They add up to `imageBytes` and `arenaBytes`. */
  get staticSections(): MemoryUse["sections"] {
    const { sections: s, imageBytes, arenaBytes } = this.#memory;
    return [
      { section: "header", place: "image", bytes: s.header },
      { section: "weights", place: "image", bytes: s.weights },
      { section: "tables", place: "image", bytes: s.tables },
      { section: "other", place: "image", bytes: imageBytes - s.header - s.weights - s.tables },
      { section: "io", place: "arena", bytes: s.io },
      { section: "state", place: "arena", bytes: s.state },
      { section: "scratch", place: "arena", bytes: s.scratch },
      { section: "other", place: "arena", bytes: arenaBytes - s.io - s.state - s.scratch },
    ];
  }

  /** Largest size of the running core's linear memory that was recorded, bytes; null before the first. */
  get peak(): number | null {
    return this.#peakBytes;
  }

  /** Takes note of the linear memory in use, as the host measures it while the network runs. */
  recordLinearMemory(bytes: number): void {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new RangeError(`"bytes" expected a whole number of bytes, got ${bytes}`);
    }
    this.#peakBytes = Math.max(this.#peakBytes ?? 0, bytes);
  }

  /** Where image and arena go on a board, and whether they fit. */
  on(board: BoardMemory, options: MemoryOptions = {}): MemoryUse {
    const { imageBytes, arenaBytes } = this.#memory;
    const ramLimitBytes = options.ramLimitBytes ?? null;
    const firmware = options.firmware ?? null;
    const taken = firmware === null ? { flashBytes: 0, ramBytes: 0 } : firmwareTotals(firmware);
    const ramForNetworkBytes = firmware?.poolBytes ?? Math.max(0, board.ramBytes - taken.ramBytes);
    const room = Math.min(ramForNetworkBytes, ramLimitBytes ?? Number.POSITIVE_INFINITY);
    const imageFitsRam = imageBytes + arenaBytes <= room;
    const ramOnly = firmware?.codeIn === "ram";
    const imageIn = options.imageIn ?? (imageFitsRam || ramOnly ? "ram" : "flash");
    const ramBytes = arenaBytes + (imageIn === "ram" ? imageBytes : 0);
    return {
      imageIn,
      imageInReason:
        options.imageIn !== undefined
          ? "as asked"
          : imageFitsRam
            ? "image and arena fit into RAM"
            : ramOnly
              ? "the firmware takes images into RAM only"
              : `image and arena do not fit into ${room} bytes of RAM`,
      flashBytes: imageBytes,
      ramBytes,
      boardFlashBytes: board.flashBytes,
      boardRamBytes: board.ramBytes,
      ramLimitBytes,
      firmware,
      totalFlashBytes: imageBytes + taken.flashBytes,
      totalRamBytes: ramBytes + taken.ramBytes,
      ramForNetworkBytes,
      fits: {
        flash: imageBytes + taken.flashBytes <= board.flashBytes,
        ram: ramBytes <= ramForNetworkBytes,
        ramLimit: ramLimitBytes === null ? null : ramBytes <= ramLimitBytes,
      },
      sections: this.staticSections,
      peakBytes: this.#peakBytes,
    };
  }
}

function sizesOf(memory: StaticMemory): [string, number][] {
  return [
    ["imageBytes", memory.imageBytes],
    ["arenaBytes", memory.arenaBytes],
    ...Object.entries(memory.sections).map(([name, bytes]): [string, number] => [`sections.${name}`, bytes]),
  ];
}
