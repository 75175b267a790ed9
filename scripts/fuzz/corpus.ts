// Inputs that showed something new, to be changed further.

import type { TestRandom } from "../../tests/network/random-model.ts";

const MAX_ACCEPTED = 2000;
const MAX_REFUSED = 500;
const FROM_ACCEPTED = 0.9;

export class Corpus {
  readonly #accepted: Uint8Array[] = [];
  readonly #refused: Uint8Array[] = [];

  /** Beyond the most that are kept, nothing is. */
  add(input: Uint8Array, isAccepted: boolean): void {
    const [list, most] = isAccepted ? [this.#accepted, MAX_ACCEPTED] : [this.#refused, MAX_REFUSED];
    if (list.length < most) list.push(input);
  }

  pick(random: TestRandom): Uint8Array {
    const isAccepted = random.chance(FROM_ACCEPTED) || this.#refused.length === 0;
    return random.pick(isAccepted ? this.#accepted : this.#refused);
  }

  get size(): number {
    return this.#accepted.length + this.#refused.length;
  }
}
