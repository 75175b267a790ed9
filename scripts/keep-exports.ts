// Takes exports out of a finished WebAssembly module; every other byte stays as it is.

const HEADER_BYTES = 8;
const EXPORT_SECTION = 7;

/** `wasm` without the exports that are not among `names`. Throws a `RangeError` when one of these is not there. */
export function keepExports(wasm: Uint8Array, names: readonly string[]): Uint8Array {
  const parts: Uint8Array[] = [wasm.subarray(0, HEADER_BYTES)];
  for (let at = HEADER_BYTES; at < wasm.length; ) {
    const id = wasm[at]!;
    const [bytes, body] = readU32(wasm, at + 1);
    const end = body + bytes;
    parts.push(
      id === EXPORT_SECTION ? exportSection(wasm.subarray(body, end), names) : wasm.subarray(at, end),
    );
    at = end;
  }
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function exportSection(body: Uint8Array, names: readonly string[]): Uint8Array {
  const missing = new Set(names);
  const kept: number[] = [];
  let [left, at] = readU32(body, 0);
  for (; left > 0; left--) {
    const [length, text] = readU32(body, at);
    // After the name a byte says what is exported, and an index which one.
    const [, end] = readU32(body, text + length + 1);
    if (missing.delete(new TextDecoder().decode(body.subarray(text, text + length))))
      kept.push(...body.subarray(at, end));
    at = end;
  }
  if (missing.size > 0) throw new RangeError(`expected exports ${[...missing].join(", ")}, found none`);
  const content = [...u32(names.length), ...kept];
  return Uint8Array.from([EXPORT_SECTION, ...u32(content.length), ...content]);
}

/** An unsigned LEB128 number and where it ends. */
function readU32(bytes: Uint8Array, at: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value >>> 0, at];
  }
}

function u32(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...u32(value >>> 7)];
}
