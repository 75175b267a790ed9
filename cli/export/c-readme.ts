import { basename } from "node:path";
import type { Network } from "../../bindings/network.ts";
import { summarise } from "../../format/summary.ts";

/** README.md of an exported network. */
export function readmeText(network: Network, prefix: string): string {
  const { compiled, name } = network;
  const macro = prefix.toUpperCase();
  const isFloat = compiled.integer === undefined;
  return `# ${prefix}: a network as C

${summarise(network.config)}, ${compiled.precision}, from \`${basename(name)}\`. No allocation, no C library but \`memcpy\`, no global state but
its own; C11, gcc or clang, little-endian.

| file                     | holds                                                                                            |
| ------------------------ | ------------------------------------------------------------------------------------------------ |
| \`${prefix}.h\`, \`${prefix}.c\` | the interface: \`${prefix}_init\`, \`_reset\`, \`_inputs\`, \`_step\`, \`_outputs\`; the image, ${compiled.image.length} bytes, constant |
| \`core.c\`, \`core.h\`       | the part of the core that the network executes, as \`wasm2c\` translated it                       |
| \`wasm-rt.h\`              | what that needs of a runtime                                                                     |
| \`main.c\`, \`example.h\`    | an example that compares itself with the core on a desktop                                       |
| \`example.json\`           | its input for \`liquid-edge run\`                                                                  |

\`\`\`sh
cmake -S . -B build && cmake --build build && build/example
\`\`\`

In a project of your own: \`add_subdirectory(${prefix})\` and \`target_link_libraries(your_target ${prefix})\`, or compile \`core.c\` and
\`${prefix}.c\` with

    -std=c11 -O2 -ffp-contract=off -fno-fast-math -fwrapv

These flags are part of what makes the bits${
    isFloat
      ? `, as are round to nearest and denormals that are kept (FPSCR of a Cortex-M: no flush-to-zero, no default NaN).
\`${prefix}_init\` returns 1 where the arithmetic is another one`
      : ""
  }. RAM: ${macro}_RAM_BYTES = ${compiled.arenaBytes} bytes. Not reentrant:
one instance, called from one thread at a time.
`;
}
