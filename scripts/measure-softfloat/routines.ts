// The routines of routines.S by operation class, with operands for each and what JavaScript makes of them.

export const SEED = 2024;

let randomState = SEED;

/** Uniform unsigned 32-bit integers (mulberry32). */
function randomU32(): number {
  randomState = (randomState + 0x6d2b79f5) >>> 0;
  let t = Math.imul(randomState ^ (randomState >>> 15), randomState | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}

const word = new DataView(new ArrayBuffer(8));

function bitsOf(value: number): number {
  word.setFloat32(0, value);
  return word.getUint32(0);
}

function floatOf(bits: number): number {
  word.setUint32(0, bits);
  return word.getFloat32(0);
}

/** A float of a network's usual size, or any finite bit pattern. */
function randomFloat(usual: boolean): number {
  const u = randomU32();
  if (usual) return floatOf((u & 0x807fffff) | ((127 - 12 + (randomU32() % 17)) << 23));
  const exponent = randomU32() % 8 === 0 ? 0 : randomU32() % 255;
  return floatOf((u & 0x807fffff) | (exponent << 23));
}

/** An integer of a counter's or an index's usual size (below 2^16), or any bit pattern. */
function randomInteger(usual: boolean): number {
  const u = randomU32();
  return usual ? u >>> (16 + (randomU32() % 16)) : u >>> (randomU32() % 32);
}

/** A stub of routines.S. */
export interface Routine {
  stub: string;
  /** Registers r0 to r3 and the words that r0 (and r1) must then hold; undefined where the result is not checked. */
  operands(usual: boolean): { registers: number[]; expected: number[] | undefined };
}

/** The default NaN and the payload of others differ between implementations: a NaN is not compared. */
function floatResult(value: number): number[] | undefined {
  return Number.isNaN(value) ? undefined : [bitsOf(Math.fround(value))];
}

function binary(stub: string, operation: (a: number, b: number) => number[] | undefined): Routine {
  return {
    stub,
    operands(usual) {
      const [a, b] = [randomFloat(usual), randomFloat(usual)];
      return { registers: [bitsOf(a), bitsOf(b)], expected: operation(a, b) };
    },
  };
}

function unary(
  stub: string,
  operation: (a: number) => number[] | undefined,
  magnitudeLimit = Infinity,
): Routine {
  return {
    stub,
    operands(usual) {
      let a = randomFloat(usual);
      if (Math.abs(a) >= magnitudeLimit) a = randomFloat(true);
      return { registers: [bitsOf(a)], expected: operation(a) };
    },
  };
}

function convert(stub: string, signed: boolean): Routine {
  return {
    stub,
    operands(usual) {
      const value = signed && randomU32() % 2 === 0 ? -randomInteger(usual) | 0 : randomInteger(usual);
      return { registers: [value >>> 0], expected: [bitsOf(Math.fround(signed ? value | 0 : value >>> 0))] };
    },
  };
}

function divide(stub: string, signed: boolean): Routine {
  return {
    stub,
    operands(usual) {
      const a = signed && randomU32() % 2 === 0 ? -randomInteger(usual) : randomInteger(usual);
      const b = Math.max(1, randomInteger(usual) >>> 1);
      const [dividend, divisor] = signed ? [a | 0, b | 0] : [a >>> 0, b >>> 0];
      return { registers: [dividend >>> 0, divisor], expected: [Math.trunc(dividend / divisor) >>> 0] };
    },
  };
}

function integer(stub: string, operation: (a: number) => number): Routine {
  return {
    stub,
    operands(usual) {
      const a = randomInteger(usual) || 1;
      return { registers: [a], expected: [operation(a) >>> 0] };
    },
  };
}

const U64 = (value: bigint) => BigInt.asUintN(64, value);
const words = (value: bigint) => [Number(U64(value) & 0xffffffffn), Number(U64(value) >> 32n)];

/** 64-bit operands: products of the size a rescale makes (below 2^47), or any. */
function randomI64(usual: boolean): bigint {
  const value = U64((BigInt(randomU32()) << 32n) | BigInt(randomU32()));
  return usual ? value >> BigInt(17 + (randomU32() % 32)) : value >> BigInt(randomU32() % 64);
}

function wide(stub: string, operation: (a: bigint, b: bigint) => bigint): Routine {
  return {
    stub,
    operands(usual) {
      const [a, b] = [randomI64(usual), randomI64(usual) || 1n];
      return { registers: [...words(a), ...words(b)], expected: words(operation(a, b)) };
    },
  };
}

function wideShift(stub: string, operation: (a: bigint, distance: bigint) => bigint): Routine {
  return {
    stub,
    operands(usual) {
      const [a, distance] = [randomI64(usual), randomU32() % (usual ? 32 : 64)];
      return { registers: [...words(a), distance], expected: words(operation(a, BigInt(distance))) };
    },
  };
}

const popcount = (a: number) => a.toString(2).replaceAll("0", "").length;
const truth = (value: boolean) => [value ? 1 : 0];
const signedOf = (a: bigint) => BigInt.asIntN(64, a);

/** Routines by operation class; a class with several routines takes their mean. */
export const ROUTINES: Record<string, Routine[]> = {
  f32Add: [binary("f32Add", (a, b) => floatResult(a + b)), binary("f32Sub", (a, b) => floatResult(a - b))],
  f32Mul: [binary("f32Mul", (a, b) => floatResult(a * b))],
  f32Div: [binary("f32Div", (a, b) => floatResult(a / b))],
  f32Sqrt: [
    {
      stub: "f32Sqrt",
      operands(usual) {
        const a = Math.abs(randomFloat(usual));
        return { registers: [bitsOf(a)], expected: floatResult(Math.sqrt(a)) };
      },
    },
  ],
  f32Compare: [
    binary("f32Less", (a, b) => truth(a < b)),
    binary("f32GreaterEqual", (a, b) => truth(a >= b)),
    binary("f32Equal", (a, b) => truth(a === b)),
  ],
  f32Round: [
    unary("f32RoundFloor", (a) => floatResult(Math.floor(a))),
    unary("f32RoundTrunc", (a) => floatResult(Math.trunc(a))),
    unary("f32RoundNearest", () => undefined),
  ],
  f32ConvertI32: [convert("f32ConvertI32Signed", true), convert("f32ConvertI32Unsigned", false)],
  i32TruncF32: [
    unary("i32TruncF32Signed", (a) => [Math.trunc(a) >>> 0], 2 ** 31),
    {
      stub: "i32TruncF32Unsigned",
      operands(usual) {
        let a = Math.abs(randomFloat(usual));
        if (a >= 2 ** 32) a = Math.abs(randomFloat(true));
        return { registers: [bitsOf(a)], expected: [Math.trunc(a) >>> 0] };
      },
    },
  ],
  i32Div: [divide("i32DivSigned", true), divide("i32DivUnsigned", false)],
  i32Bits: [
    integer("i32Clz", Math.clz32),
    integer("i32Ctz", (a) => 31 - Math.clz32(a & -a)),
    integer("i32Popcnt", popcount),
  ],
  i64Mul: [wide("i64Mul", (a, b) => a * b)],
  i64Div: [
    wide("i64DivSigned", (a, b) => signedOf(a) / signedOf(b)),
    wide("i64DivUnsigned", (a, b) => a / b),
  ],
  i64Shift: [
    wideShift("i64ShiftLeft", (a, distance) => a << distance),
    wideShift("i64ShiftRightSigned", (a, distance) => signedOf(a) >> distance),
  ],
  i64Bits: [
    {
      stub: "i64Clz",
      operands(usual) {
        const a = randomI64(usual) || 1n;
        return { registers: words(a), expected: [64 - a.toString(2).length] };
      },
    },
  ],
};
