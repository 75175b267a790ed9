/** An address in the core's linear memory, bytes. */
export type Address = number;

/** What every build of the core exports. assembly/index.ts lists the same names; a test compares them. */
export interface CoreExports {
  /** 0 if the image can run in the arena, else a reject code (../image/reject-codes.ts). Never traps. */
  check(image: Address, imageBytes: number, arena: Address, arenaBytes: number): number;
  reset(image: Address, arena: Address): void;
  /** One time step; a `StepStatus`. */
  step(image: Address, arena: Address): number;
  /** One layer alone; a `StepStatus`. */
  stepLayer(image: Address, arena: Address, layer: number): number;
}

/** The exports that the library calls. */
export const ENTRY_POINTS = ["check", "reset", "step", "stepLayer"] as const satisfies (keyof CoreExports)[];

export const StepStatus = { OK: 0, BAD_INPUT: 1, BAD_TIME: 2, NO_LAYER: 3 } as const;
