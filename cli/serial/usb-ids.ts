// What a serial port may be, by its USB ids: boards/usb-ids.json.

import table from "../../boards/usb-ids.json" with { type: "json" };

export interface UsbId {
  vendorId: string;
  /** null: any of the vendor's. */
  productId: string | null;
  name: string;
  /** Ids of boards that may be behind it. */
  boards: string[];
  /** Id of the instrument that may be behind it, of bindings/measure/live-instruments.ts. */
  instrument?: string;
  /** `low`: the lines that the port raises when it is opened reset the board, or keep it from starting. */
  modemLines?: string;
}

/** Null for ids that nobody told us of. Ids are four hexadecimal digits, in lower case. */
export function findUsbId(vendorId: string | null, productId: string | null): UsbId | null {
  const ids: readonly UsbId[] = table.ids;
  return (
    ids.find((id) => id.vendorId === vendorId && (id.productId === null || id.productId === productId)) ??
    null
  );
}
