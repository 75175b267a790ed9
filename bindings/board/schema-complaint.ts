// Turns what zod found wrong in a file into one line for people: field, expected, found.

import type * as z from "zod";
import { isOpClass, OP_CLASSES } from "../count/op-class.ts";
import { complain, type ErrorCode, type LiquidEdgeError, nearestName } from "../errors.ts";

/** Where in a JSON document: property names and array indices. */
export type Path = (string | number)[];

type Issue = z.core.$ZodIssue;

/** `operatingPoints[0].activeCurrentMa`; the document itself is "". */
export function printPath(path: readonly PropertyKey[]): string {
  return path
    .map((part, i) => (typeof part === "number" ? `[${part}]` : (i > 0 ? "." : "") + String(part)))
    .join("");
}

/** A value as it is shown after "found": scalars in full, the rest by its kind. */
export function describeFound(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string")
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" ? "an object" : String(value);
}

/** The first issue as an error that names `source`, the file. */
export function complaintOf(
  error: z.ZodError,
  json: unknown,
  source: string,
  code: ErrorCode = "bad-board",
): LiquidEdgeError {
  const issue = error.issues[0]!;
  if (issue.code === "unrecognized_keys") return unknownField(issue, json, source, code);
  const found = describeFound(valueAt(json, issue.path));
  const field = printPath(issue.path);
  return complain(code, source, {
    ...(field === "" ? {} : { field }),
    expected: field.endsWith("source") && found === "nothing" ? 'a key of "sources"' : expectedBy(issue),
    found,
  });
}

function unknownField(
  issue: Extract<Issue, { code: "unrecognized_keys" }>,
  json: unknown,
  source: string,
  code: ErrorCode,
): LiquidEdgeError {
  const name = issue.keys[0]!;
  const isClass = issue.path.at(-1) === "classes";
  const siblings = valueAt(json, issue.path) as object;
  const nearest = isClass ? nearestName(name, Object.keys(OP_CLASSES)) : undefined;
  const known = Object.keys(siblings).filter(
    (key) => !issue.keys.includes(key) && (!isClass || isOpClass(key)),
  );
  return complain(code, source, {
    field: printPath([...issue.path, name]),
    expected: isClass ? "an operation class" : "no field of this name",
    found: describeFound(name),
    ...(nearest === undefined || known.includes(nearest) ? {} : { hint: `did you mean "${nearest}"?` }),
  });
}

function expectedBy(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return KINDS[issue.expected] ?? `a value of type ${issue.expected}`;
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "too_small":
      if (issue.origin === "array") return `at least ${issue.minimum} entry`;
      if (issue.origin === "string") return "text";
      return `a number ${issue.inclusive === true ? "of at least" : "above"} ${issue.minimum}`;
    case "invalid_format":
      return issue.message.startsWith("Invalid")
        ? "a name of lower-case letters, digits and single hyphens"
        : issue.message;
    default:
      return issue.message;
  }
}

const KINDS: Partial<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "an integer",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let value = json;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[part];
  return value;
}
