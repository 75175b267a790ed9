import { concatBytes } from "./concat-bytes.ts";

/** SHA-256 in hexadecimal; of pieces, as if they were one. */
export async function sha256(data: string | Uint8Array | readonly Uint8Array[]): Promise<string> {
  const digest = await sha256Bytes(data);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** SHA-256, 32 bytes. */
export async function sha256Bytes(data: string | Uint8Array | readonly Uint8Array[]): Promise<Uint8Array> {
  const parts =
    typeof data === "string" ? [new TextEncoder().encode(data)] : data instanceof Uint8Array ? [data] : data;
  return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", concatBytes(parts)));
}
