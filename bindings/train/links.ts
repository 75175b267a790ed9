// Elementary links between a model's parameters and the words of its image, in both directions: what lowering computes
// from parameters, and the chain rule of that. Indices count floats, of the flat parameters and of the image.

export interface Link {
  /** Writes the image's words, with the bits that `lower` and `compile` give. */
  write(parameters: Float32Array, image: Float32Array): void;
  /** Adds to the gradient by parameters what the image of gradients holds, at the parameters of the last `write`. */
  collect(imageGradient: Float32Array, gradient: Float32Array): void;
}

/** image = parameter */
export class CopyLink implements Link {
  readonly #parameters: Int32Array;
  readonly #slots: Int32Array;

  constructor(parameters: Int32Array, slots: Int32Array) {
    this.#parameters = parameters;
    this.#slots = slots;
  }

  write(parameters: Float32Array, image: Float32Array): void {
    const [from, to] = [this.#parameters, this.#slots];
    for (let i = 0; i < from.length; i++) image[to[i]!] = parameters[from[i]!]!;
  }

  collect(imageGradient: Float32Array, gradient: Float32Array): void {
    const [to, from] = [this.#parameters, this.#slots];
    for (let i = 0; i < to.length; i++) gradient[to[i]!]! += imageGradient[from[i]!]!;
  }
}

/** image = scale * parameter */
export class ScaleLink implements Link {
  readonly #scale: number;
  readonly #parameters: Int32Array;
  readonly #slots: Int32Array;

  constructor(scale: number, parameters: Int32Array, slots: Int32Array) {
    this.#scale = scale;
    this.#parameters = parameters;
    this.#slots = slots;
  }

  write(parameters: Float32Array, image: Float32Array): void {
    const [from, to, scale] = [this.#parameters, this.#slots, this.#scale];
    for (let i = 0; i < from.length; i++) image[to[i]!] = scale * parameters[from[i]!]!;
  }

  collect(imageGradient: Float32Array, gradient: Float32Array): void {
    const [to, from, scale] = [this.#parameters, this.#slots, this.#scale];
    for (let i = 0; i < to.length; i++) gradient[to[i]!]! += scale * imageGradient[from[i]!]!;
  }
}

/** image = parameter a + parameter b, or + a constant where there is no b */
export class SumLink implements Link {
  readonly #a: ArrayLike<number>;
  readonly #b: ArrayLike<number> | null;
  readonly #constants: ArrayLike<number> | null;
  readonly #slots: Int32Array;

  /** Either `b` or `constants`. */
  constructor(
    a: ArrayLike<number>,
    b: { parameters: ArrayLike<number> } | { constants: ArrayLike<number> },
    slots: Int32Array,
  ) {
    this.#a = a;
    this.#b = "parameters" in b ? b.parameters : null;
    this.#constants = "constants" in b ? b.constants : null;
    this.#slots = slots;
  }

  write(parameters: Float32Array, image: Float32Array): void {
    this.#slots.forEach((slot, i) => {
      const other = this.#b === null ? this.#constants![i]! : parameters[this.#b[i]!]!;
      image[slot] = parameters[this.#a[i]!]! + other;
    });
  }

  collect(imageGradient: Float32Array, gradient: Float32Array): void {
    this.#slots.forEach((slot, i) => {
      gradient[this.#a[i]!]! += imageGradient[slot]!;
      if (this.#b !== null) gradient[this.#b[i]!]! += imageGradient[slot]!;
    });
  }
}

/** image = |parameter|, whose derivative at 0 is 0; consecutive parameters from `first` on */
export class AbsLink implements Link {
  readonly #first: number;
  readonly #slots: Int32Array;
  readonly #signs: Float32Array;

  constructor(first: number, slots: Int32Array) {
    this.#first = first;
    this.#slots = slots;
    this.#signs = new Float32Array(slots.length);
  }

  write(parameters: Float32Array, image: Float32Array): void {
    this.#slots.forEach((slot, i) => {
      const value = parameters[this.#first + i]!;
      image[slot] = Math.abs(value);
      this.#signs[i] = Math.sign(value);
    });
  }

  collect(imageGradient: Float32Array, gradient: Float32Array): void {
    this.#slots.forEach((slot, i) => {
      gradient[this.#first + i]! += this.#signs[i]! * imageGradient[slot]!;
    });
  }
}

/** image = 1 / parameter; consecutive parameters from `first` on */
export class ReciprocalLink implements Link {
  readonly #first: number;
  readonly #slots: Int32Array;
  readonly #values: Float64Array;

  constructor(first: number, slots: Int32Array) {
    this.#first = first;
    this.#slots = slots;
    this.#values = new Float64Array(slots.length);
  }

  write(parameters: Float32Array, image: Float32Array): void {
    this.#slots.forEach((slot, i) => {
      this.#values[i] = 1 / parameters[this.#first + i]!;
      image[slot] = this.#values[i]!;
    });
  }

  collect(imageGradient: Float32Array, gradient: Float32Array): void {
    this.#slots.forEach((slot, i) => {
      gradient[this.#first + i]! -= this.#values[i]! * this.#values[i]! * imageGradient[slot]!;
    });
  }
}
