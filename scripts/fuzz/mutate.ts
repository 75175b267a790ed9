// Makes an input out of others: changes of bytes, of words and numbers in text, and of the tree of a JSON document.

import type { TestRandom } from "../../tests/network/random-model.ts";

const MAX_INPUT_BYTES = 1 << 15;

/** Names that every object has, ends of ranges, characters that disguise a line, and markup. */
const WORDS = [
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "true",
  "NaN",
  "Infinity",
  "-0",
  "1e999",
  "1e-999",
  "9007199254740993",
  "4294967296",
  "2147483648",
  "65536",
  "-1",
  "0.1",
  "\u001b[31m",
  "\u0007",
  "\u0085",
  "\u202e",
  "\ufeff",
  "\ud800",
  "\r\n",
  "\0",
  '"',
  "\\",
  "{}",
  "[]",
  "[[[[[[[[",
  "<script>",
  "::error::",
];
const NUMBERS = [
  0,
  1,
  -1,
  0.5,
  2,
  7,
  255,
  256,
  4096,
  65535,
  65536,
  1e6,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e15,
  1e18,
  1e300,
  5e-324,
  -1e9,
];
const BYTES = [0, 1, 7, 9, 10, 13, 0x1b, 0x20, 0x22, 0x2c, 0x30, 0x3a, 0x7f, 0x80, 0xc2, 0xff];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** One to eight changes of `input`; `other` is another input, `words` what the format's own keywords are. */
export function mutate(
  input: Uint8Array,
  other: Uint8Array,
  words: readonly string[],
  random: TestRandom,
): Uint8Array {
  let bytes = input;
  for (let left = random.pick([1, 1, 1, 2, 3, 8]); left > 0; left--) {
    bytes = random.chance(0.5)
      ? changeBytes(bytes, other, random)
      : changeText(bytes, words.length > 0 && random.chance(0.6) ? words : WORDS, random);
  }
  return bytes.subarray(0, MAX_INPUT_BYTES);
}

function changeBytes(input: Uint8Array, other: Uint8Array, random: TestRandom): Uint8Array {
  const at = random.integer(0, input.length);
  const length = random.pick([1, 1, 2, 4, 8, random.integer(1, 64), random.integer(1, input.length + 1)]);
  switch (random.integer(0, 7)) {
    case 0:
      return input.subarray(0, at);
    case 1:
      return splice(input, at, length, new Uint8Array(0));
    case 2:
      return splice(input, at, 0, input.subarray(at, at + length));
    case 3: {
      const from = random.integer(0, other.length);
      return splice(input, at, random.chance(0.5) ? length : 0, other.subarray(from, from + length));
    }
    case 4: {
      const part = input.subarray(at, at + length);
      const times = random.integer(2, Math.max(2, Math.min(500, Math.floor(4096 / (part.length + 1)))));
      const many = new Uint8Array(part.length * times);
      for (let i = 0; i < times; i++) many.set(part, i * part.length);
      return splice(input, at, part.length, many);
    }
    case 5:
      return splice(input, at, 1, Uint8Array.of(random.pick(BYTES)));
    case 6:
      return splice(input, at, 0, Uint8Array.of(random.pick(BYTES)));
    default: {
      const changed = input.slice();
      if (changed.length > 0) {
        const where = Math.min(at, changed.length - 1);
        changed[where] = changed[where]! ^ (1 << random.integer(0, 7));
      }
      return changed;
    }
  }
}

const TOKEN = /-?\d+(\.\d+)?(e[+-]?\d+)?|[A-Za-z_]\w*|"[^"\n]*"/gi;

/** Another word or number in the place of one, or a line twice, elsewhere or gone. */
function changeText(input: Uint8Array, words: readonly string[], random: TestRandom): Uint8Array {
  const text = decoder.decode(input);
  if (random.chance(0.2)) {
    const lines = text.split("\n");
    const [from, to] = [random.integer(0, lines.length - 1), random.integer(0, lines.length - 1)];
    if (random.chance(0.3)) lines.splice(from, 1);
    else if (random.chance(0.5)) lines.splice(to, 0, lines[from]!);
    else [lines[from], lines[to]] = [lines[to]!, lines[from]!];
    return encoder.encode(lines.join("\n"));
  }
  TOKEN.lastIndex = random.integer(0, text.length);
  const token = TOKEN.exec(text);
  const at = token?.index ?? random.integer(0, text.length);
  const length = token === null || random.chance(0.1) ? 0 : token[0].length;
  const isNumber = token !== null && /^-?\d/.test(token[0]);
  let word = isNumber && random.chance(0.6) ? String(random.pick(NUMBERS)) : random.pick(words);
  if (token?.[0].startsWith('"') && random.chance(0.7)) word = JSON.stringify(word);
  return encoder.encode(text.slice(0, at) + word + text.slice(at + length));
}

function splice(input: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const tail = input.subarray(Math.min(input.length, at + remove));
  const bytes = new Uint8Array(at + insert.length + tail.length);
  bytes.set(input.subarray(0, at));
  bytes.set(insert, at);
  bytes.set(tail, at + insert.length);
  return bytes;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON value with one place in it changed, or a few. The value itself stays. */
export function mutateJson(value: unknown, words: readonly string[], random: TestRandom): unknown {
  let root = structuredClone(value) as Json;
  for (let left = random.pick([1, 1, 1, 1, 2, 3]); left > 0; left--) root = changePlace(root, words, random);
  return root;
}

function changePlace(root: Json, words: readonly string[], random: TestRandom): Json {
  const places: { holder: Json[] | { [key: string]: Json }; key: string | number }[] = [];
  const visit = (item: Json) => {
    if (typeof item !== "object" || item === null) return;
    for (const key of Array.isArray(item) ? item.keys() : Object.keys(item)) {
      places.push({ holder: item, key });
      visit((item as Record<string | number, Json>)[key]!);
    }
  };
  visit(root);
  if (places.length === 0) return anyJson(words, random);
  const { holder, key } = random.pick(places);
  const owner = holder as Record<string | number, Json>;
  const from = random.pick(places);
  switch (random.integer(0, 9)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(key as number, 1);
      else delete holder[key as string];
      break;
    case 1:
      if (Array.isArray(holder)) holder.push(structuredClone(owner[key]!));
      else define(holder, random.pick(words.length > 0 ? words : WORDS), owner[key]!);
      break;
    case 2:
      owner[key] = structuredClone((from.holder as Record<string | number, Json>)[from.key]!);
      break;
    case 3:
      owner[key] = random.chance(0.5) ? [owner[key]!] : { [random.pick(WORDS)]: owner[key]! };
      break;
    case 4:
    case 5:
    case 6:
      owner[key] = similar(owner[key]!, places, random);
      break;
    default:
      owner[key] = typeof owner[key] === "number" ? random.pick(NUMBERS) : anyJson(words, random);
  }
  return root;
}

type Places = readonly { holder: Json[] | { [key: string]: Json }; key: string | number }[];

/** What a reader may well accept in its place: a number near it, or another value of its type out of the document. */
function similar(value: Json, places: Places, random: TestRandom): Json {
  if (typeof value === "number" && random.chance(0.6)) {
    const near = value * random.pick([0, 0.5, 0.99, 1.01, 2, -1]) + random.pick([0, 0, 1, -1]);
    return Number.isInteger(value) ? Math.round(near) : near;
  }
  if (typeof value === "boolean") return !value;
  const others = places
    .map(({ holder, key }) => (holder as Record<string | number, Json>)[key]!)
    .filter((other) => typeof other === typeof value && Array.isArray(other) === Array.isArray(value));
  return structuredClone(random.pick(others));
}

/** As JSON.parse does, also for `__proto__`. */
function define(object: object, key: string, value: Json): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

function anyJson(words: readonly string[], random: TestRandom): Json {
  const word = () => random.pick(words.length > 0 && random.chance(0.7) ? words : WORDS);
  return random.pick<() => Json>([
    () => random.pick(NUMBERS),
    word,
    () => null,
    () => random.chance(0.5),
    () => [],
    () => ({}),
    () => [word(), word()],
    () => ({ [word()]: word() }),
    () => word().repeat(random.integer(1, 200)),
  ])();
}
