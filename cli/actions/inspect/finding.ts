/** What is in a file. `json.kind` says which of the others it has. */
export interface Finding {
  json: { file: string; kind: string; bytes: number } & Record<string, unknown>;
  text(colour: boolean): string;
}

/** What every finding has. */
export type Base = Pick<Finding["json"], "file" | "bytes">;

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
