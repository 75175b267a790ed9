// The example of an exported network: steps on noise, with what the core on this machine came to.

import type { Sequence } from "../../bindings/core/sequence.ts";
import { recordLayout } from "../../bindings/device/records.ts";
import type { CompiledNetwork } from "../../bindings/image/compile.ts";

/** The arrays of example.h, from records of steps that have run. */
export function exampleText(compiled: CompiledNetwork, records: Uint8Array, prefix: string): string {
  const { stride, inputAt, outputAt, width } = recordLayout(compiled);
  const view = new DataView(records.buffer, records.byteOffset, records.length);
  const steps = records.length / stride;
  const isFloat = width === 4;
  const rows = (at: number, n: number, text: (offset: number) => string) =>
    Array.from({ length: steps }, (_, t) => {
      const values = Array.from({ length: n }, (_, i) => text(t * stride + at + width * i));
      return `    {${values.join(", ")}},`;
    }).join("\n");
  const count = (offset: number) => `${view.getInt16(offset, true)}`;
  const float = (offset: number) => floatLiteral(view.getFloat32(offset, true));
  const bits = (offset: number) => `0x${view.getUint32(offset, true).toString(16).padStart(8, "0")}`;
  const elapsed = isFloat ? floatLiteral(view.getFloat32(0, true)) : `${view.getUint32(0, true)}`;
  const macro = prefix.toUpperCase();
  return `// Steps on noise within ±1 (example.json holds the same), and the bits that they come to in the core on a desktop.

#include "${prefix}.h"

enum { EXAMPLE_STEPS = ${steps} };

static const ${isFloat ? "float" : "uint32_t"} example_elapsed = ${elapsed};

static const ${prefix}_value example_inputs[EXAMPLE_STEPS][${macro}_INPUTS] = {
${rows(inputAt, compiled.input.length, isFloat ? float : count)}
};

static const ${isFloat ? "uint32_t" : "int16_t"} example_outputs[EXAMPLE_STEPS][${macro}_OUTPUTS] = {
${rows(outputAt, compiled.output.length, isFloat ? bits : count)}
};
`;
}

/** Nine digits tell every float from its neighbours. */
function floatLiteral(value: number): string {
  const text = value.toPrecision(9);
  return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
}

/** An input for `liquid-edge run`. */
export function exampleJson({ steps, features, input }: Sequence): string {
  const values = { shape: [1, steps, features], data: Array.from(input) };
  return `${JSON.stringify({ input: values })}\n`;
}

export function mainText({ integer }: CompiledNetwork, prefix: string): string {
  const [format, cast] = integer === undefined ? ["%.9g", "(double)"] : ["%d", ""];
  return `// Steps the network through example.h. Exit code 0: every bit is that of the core on a desktop.
#include <stdio.h>
#include <string.h>

#include "example.h"

int main(void) {
  int differing = 0;
  if (${prefix}_init() != 0) return puts("the arithmetic is not as the network needs it"), 2;
  for (int t = 0; t < EXAMPLE_STEPS; t++) {
    memcpy(${prefix}_inputs(), example_inputs[t], sizeof example_inputs[t]);
    if (${prefix}_step(example_elapsed) != 0) return 2;
    const ${prefix}_value *y = ${prefix}_outputs();
    printf("step %d: ${format}\\n", t, ${cast}y[0]);
    differing += memcmp(y, example_outputs[t], sizeof example_outputs[t]) != 0;
  }
  printf("%d of %d steps differ\\n", differing, EXAMPLE_STEPS);
  return differing != 0;
}
`;
}
