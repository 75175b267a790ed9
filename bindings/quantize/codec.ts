// How the parts of an integer network become JSON and tensors, and back: one description serves both ways. Whole numbers,
// places and choices stand in the JSON, arrays are tensors named after their path, e.g. `2.matrix.weights`. Reading checks
// every field and every shape; what the integers mean is proved by the core's `check`.

import { complain, type LiquidEdgeError } from "../errors.ts";
import { describeValue } from "../network/printable.ts";
import { type Dtype, dtypeOf, type TypedArray, type TypedTensor } from "./typed-tensors.ts";

type Values = Record<string, unknown>;

/** The tensors of a file, by name, and how messages call the file. */
export interface Store {
  tensors: Map<string, TypedTensor>;
  source: string;
}

/** A field: `write` gives its JSON and stores its tensors, `read` is the inverse. `owner`: fields read before it. */
export interface Codec {
  write(value: unknown, path: string, store: Store, owner: Values): unknown;
  read(json: unknown, path: string, store: Store, owner: Values): unknown;
}

function wrong({ source }: Store, path: string, expected: string, found: unknown): LiquidEdgeError {
  return complain("bad-file", source, { field: path, expected, found: describeValue(found) });
}

export function isRecord(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/* @__NO_SIDE_EFFECTS__ */ export function whole(min: number, max: number): Codec {
  return {
    write: (value) => value,
    read(json, path, store) {
      if (Number.isInteger(json) && (json as number) >= min && (json as number) <= max) return json;
      throw wrong(store, path, `a whole number from ${min} to ${max}`, json);
    },
  };
}

/* @__NO_SIDE_EFFECTS__ */ export function choice(...values: readonly unknown[]): Codec {
  return {
    write: (value) => value,
    read(json, path, store) {
      if (values.includes(json)) return json;
      throw wrong(store, path, `one of ${values.map(String).join(", ")}`, json);
    },
  };
}

export const text: Codec = {
  write: (value) => value,
  read(json, path, store) {
    if (typeof json === "string") return json;
    throw wrong(store, path, "a text", json);
  },
};

/** A tensor of the shape that the fields before it ask for. */
/* @__NO_SIDE_EFFECTS__ */ export function tensor(dtype: Dtype, shapeOf: (owner: Values) => number[]): Codec {
  return {
    write(value, path, { tensors }, owner) {
      const data = value as TypedArray;
      if (dtypeOf(data) !== dtype) throw new TypeError(`${path}: ${dtypeOf(data)} is not ${dtype}`);
      tensors.set(path, { shape: shapeOf(owner), data });
      return undefined;
    },
    read(_, path, store, owner) {
      const found = store.tensors.get(path);
      if (found === undefined) throw wrong(store, path, "a tensor of that name", undefined);
      const shape = shapeOf(owner);
      if (dtypeOf(found.data) !== dtype || found.shape.join() !== shape.join()) {
        throw complain("bad-file", store.source, {
          field: path,
          expected: `${dtype} of shape [${shape.join(", ")}]`,
          found: `${dtypeOf(found.data)} of shape [${found.shape.join(", ")}]`,
        });
      }
      store.tensors.delete(path);
      return found.data;
    },
  };
}

/* @__NO_SIDE_EFFECTS__ */ export function nullable(codec: Codec): Codec {
  return {
    write: (value, path, store, owner) =>
      value === null ? null : (codec.write(value, path, store, owner) ?? true),
    read: (json, path, store, owner) => (json === null ? null : codec.read(json, path, store, owner)),
  };
}

/** The named fields, in this order. */
/* @__NO_SIDE_EFFECTS__ */ export function object(fields: Readonly<Record<string, Codec>>): Codec {
  return {
    write(value, path, store) {
      const values = value as Values;
      const json: Values = {};
      for (const [key, codec] of Object.entries(fields)) {
        const part = codec.write(values[key], join(path, key), store, values);
        if (part !== undefined) json[key] = part;
      }
      return json;
    },
    read(json, path, store) {
      if (!isRecord(json)) throw wrong(store, path, "an object", json);
      const values: Values = {};
      for (const [key, codec] of Object.entries(fields)) {
        values[key] = codec.read(json[key], join(path, key), store, values);
      }
      return values;
    },
  };
}

/* @__NO_SIDE_EFFECTS__ */ export function list(item: Codec, min: number, max: number): Codec {
  return {
    write: (value, path, store, owner) =>
      (value as unknown[]).map((one, i) => item.write(one, join(path, String(i)), store, owner)),
    read(json, path, store, owner) {
      if (!Array.isArray(json) || json.length < min || json.length > max) {
        throw wrong(store, path, `a list of ${min} to ${max}`, json);
      }
      return json.map((one, i) => item.read(one, join(path, String(i)), store, owner));
    },
  };
}

/** The codec that `pick` chooses by the JSON or the value. */
/* @__NO_SIDE_EFFECTS__ */ export function variant(
  pick: (value: Values) => Codec | undefined,
  expected: string,
): Codec {
  return {
    write: (value, path, store, owner) => pick(value as Values)!.write(value, path, store, owner),
    read(json, path, store, owner) {
      const codec = isRecord(json) ? pick(json) : undefined;
      if (codec === undefined) throw wrong(store, path, expected, isRecord(json) ? json.kind : json);
      return codec.read(json, path, store, owner);
    },
  };
}

const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);
