// What is on a bench: things with pins, and the wires between them. Drawn by draw.ts.

/** What flows through a wire decides how it looks. */
export type WireKind = "supply" | "ground" | "serial" | "marker" | "i2c" | "usb";

export interface Thing {
  id: string;
  title: string;
  subtitle: string;
  /** Things of one column stand above each other. */
  column: number;
  left: PinRow[];
  right: PinRow[];
  /** Lines of small text inside, below the pins. */
  inside?: string[];
}

/** A pin's id and label; null leaves a row empty. */
export type PinRow = readonly [id: string, label: string] | null;

/** From pin to pin, `thing.pin`; without `to` a wire goes to the ground that all share. */
export interface Wire {
  kind: WireKind;
  from: string;
  to?: string;
}

export interface Bench {
  /** Also the name of the file, wiring-<id>.svg. */
  id: string;
  title: string;
  description: string;
  things: Thing[];
  /** In the order of their tracks: of two wires beside each other the first is further left. */
  wires: Wire[];
  notes: string[];
}
