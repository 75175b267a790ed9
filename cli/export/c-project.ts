// A network as C for somebody's own product: the part of the core that it executes, its image as a constant array, five
// functions around them, and an example that compares itself with the core on this machine.

import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { bytes as coreBytes } from "#core/scalar";
import { placeNetwork } from "../../bindings/core/session.ts";
import { encodeRow, expectedRows } from "../../bindings/device/records.ts";
import type { Network } from "../../bindings/network.ts";
import manifest from "../../package.json" with { type: "json" };
import { coreAsC } from "../firmware/core-c.ts";
import { sliceCore } from "../firmware/core-slice.ts";
import { coreSource } from "../firmware/core-source.ts";
import { noiseSequence } from "../noise.ts";
import { boardsFolder } from "../package-folder.ts";
import { exampleJson, exampleText, mainText } from "./c-example.ts";
import { readmeText } from "./c-readme.ts";

const EXAMPLE_STEPS = 8;
const BYTES_A_LINE = 20;

/** Names that the folder has for something else. */
const TAKEN = ["core", "example", "main", "wasm_rt"];

/** Whether `name` can stand in front of the functions. */
export function isPrefix(name: string): boolean {
  return /^[a-z_][a-z0-9_]*$/i.test(name) && !TAKEN.includes(name.toLowerCase());
}

/** The files of the folder, by name. */
export async function cProject(network: Network, prefix: string): Promise<Map<string, string>> {
  const { compiled } = network;
  const { kernels } = await network.profileOperations();
  const core = coreSource(await coreAsC(), coreBytes());
  const slice = sliceCore(core, { prefix, kernels: kernels.map(({ name }) => name) });
  const sequence = noiseSequence(compiled.input.length, EXAMPLE_STEPS);
  const row = encodeRow(compiled, sequence, 0);
  const [expected] = await expectedRows(compiled, [row]);
  // Not the whole path: it says nothing to whoever gets the files.
  const title = `${basename(network.name)}, ${compiled.precision}`;
  const made = `// Made by liquid-edge ${manifest.version} from ${title}.`;
  return new Map([
    ["core.c", `${made}\n${CORE_PREAMBLE}\n${slice}\n`],
    ["core.h", `${made}\n${coreHeader(prefix)}`],
    ["wasm-rt.h", await readFile(join(boardsFolder(), "common", "wasm-rt.h"), "utf8")],
    [`${prefix}.c`, `${made}\n${networkSource(network, prefix)}`],
    [`${prefix}.h`, `${made}\n${networkHeader(network, prefix)}`],
    ["example.h", `${made}\n${exampleText(compiled, expected!.records, prefix)}`],
    ["example.json", exampleJson(sequence)],
    ["main.c", mainText(compiled, prefix)],
    ["CMakeLists.txt", cmakeText(prefix)],
    ["README.md", readmeText(network, prefix)],
  ]);
}

// wasm2c leaves variables, labels and parameters that nothing uses, and parentheses that gcc misses.
const CORE_PREAMBLE = `// The part of the core that this network executes.
#include "core.h"

#ifdef __GNUC__
#pragma GCC diagnostic ignored "-Wunused"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wparentheses"
#endif
`;

function coreHeader(prefix: string): string {
  const guard = `${prefix.toUpperCase()}_CORE_H`;
  return `#ifndef ${guard}
#define ${guard}

#include <stdint.h>

// The core's addresses have 32 bits. Where pointers have more, they count from the start of an array.
#if UINTPTR_MAX > 0xffffffffu
#define WASM_MEMORY_BASE ${prefix}_memory
#endif
#include "wasm-rt.h"

void ${prefix}_core_reset(u32 image, u32 arena);
u32 ${prefix}_core_step(u32 image, u32 arena);

#endif
`;
}

function networkHeader({ compiled }: Network, prefix: string): string {
  const { integer, input, output } = compiled;
  const macro = prefix.toUpperCase();
  const guard = `${macro}_H`;
  const [value, elapsed] = integer === undefined ? ["float", "float"] : ["int16_t", "uint32_t"];
  return `#ifndef ${guard}
#define ${guard}

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ${macro}_INPUTS ${input.length}
#define ${macro}_OUTPUTS ${output.length}
#define ${macro}_IMAGE_BYTES ${compiled.image.length} // constant
#define ${macro}_RAM_BYTES ${compiled.arenaBytes}   // beside variables; where pointers have 64 bits, the image as well
${integer === undefined ? "" : integerMacros(compiled, macro)}
typedef ${value} ${prefix}_value;

// Once, first: checks the arithmetic and sets the state to zero. Anything but 0: floats are not rounded to nearest, once an
// operation, with denormals kept (see README.md); the outputs would be other ones.
int ${prefix}_init(void);

// The state to zero.
void ${prefix}_reset(void);

// [${macro}_INPUTS]: write them before each step.
${prefix}_value *${prefix}_inputs(void);

// One time step, \`elapsed\` after the previous one, in ${
    integer === undefined
      ? "the unit that the network was trained with"
      : `units of 1 / ${macro}_TIME_UNITS of what it was trained with`
  }.
// Anything but 0: ${
    integer === undefined ? "an input was not finite, or" : ""
  } the time not positive; nothing has changed then.
int ${prefix}_step(${elapsed} elapsed);

// [${macro}_OUTPUTS] of the last step.
const ${prefix}_value *${prefix}_outputs(void);

#ifdef __cplusplus
}
#endif

#endif
`.replace("0:  the", "0: the");
}

function integerMacros({ integer }: Network["compiled"], macro: string): string {
  if (integer === undefined) return "";
  const { scales, time } = integer;
  const list = (values: Iterable<number>) => `{${[...values].join(", ")}}`;
  return `
// Raw counts: an input is offset + scale * count, an output scale * count.
#define ${macro}_INPUT_SCALES ${list(scales.input)}
#define ${macro}_INPUT_OFFSETS ${list(scales.inputOffset)}
#define ${macro}_OUTPUT_SCALES ${list(scales.output)}
#define ${macro}_TIME_UNITS ${2 ** time.exponent}
`;
}

function networkSource({ compiled }: Network, prefix: string): string {
  const { integer, image, input, output } = compiled;
  const places = placeNetwork(compiled);
  const elapsed = integer === undefined ? "float" : "uint32_t";
  return `#include "${prefix}.h"

#include <string.h>

#include "core.h"

_Alignas(64) static const unsigned char image[] = {
${byteLines(image)}
};

// The core checks nothing of an image while it runs; this one was checked when it was exported.
#ifdef WASM_MEMORY_BASE
enum { IMAGE = ${places.image}, ARENA = ${places.arena} };
_Alignas(64) unsigned char ${prefix}_memory[${places.memoryBytes}];
#define arena (${prefix}_memory + ARENA)
#else
#define IMAGE ((u32)(uintptr_t)image)
#define ARENA ((u32)(uintptr_t)arena)
_Alignas(64) static unsigned char arena[${compiled.arenaBytes}];
#endif

${integer === undefined ? ARITHMETIC_CHECK : ""}int ${prefix}_init(void) {
#ifdef WASM_MEMORY_BASE
  memcpy(${prefix}_memory + IMAGE, image, sizeof image);
#endif
  ${prefix}_reset();
  return ${integer === undefined ? "arithmetic_is_right() ? 0 : 1" : "0"};
}

void ${prefix}_reset(void) { ${prefix}_core_reset(IMAGE, ARENA); }

${prefix}_value *${prefix}_inputs(void) { return (${prefix}_value *)(void *)(arena + ${input.at}); }

int ${prefix}_step(${elapsed} elapsed) {
  memcpy(arena, &elapsed, sizeof elapsed);
  return (int)${prefix}_core_step(IMAGE, ARENA);
}

const ${prefix}_value *${prefix}_outputs(void) { return (const ${prefix}_value *)(const void *)(arena + ${output.at}); }
`;
}

const ARITHMETIC_CHECK = `// Volatile, so that the processor does it and not the compiler.
static int arithmetic_is_right(void) {
  volatile float one = 1, least = 0x1p-126f, tie = 0x1p-24f, above_tie = 0x1.8p-24f, factor = 0x1.001p0f;
  const int keeps_denormals = least * 0.5f != 0;
  const int rounds_to_nearest = one + tie == 1 && one + above_tie == 0x1.000002p0f && -one - tie == -1;
  // A product and a sum in one instruction would leave 2^-24.
  volatile float rounded = 0x1.002p0f;
  const int rounds_each = factor * factor - rounded == 0;
  return keeps_denormals && rounds_to_nearest && rounds_each;
}

`;

function byteLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += BYTES_A_LINE) {
    const line = Array.from(bytes.subarray(at, at + BYTES_A_LINE), (byte) => `${byte},`);
    lines.push(`  ${line.join(" ")}`);
  }
  return lines.join("\n");
}

function cmakeText(prefix: string): string {
  return `cmake_minimum_required(VERSION 3.13)
project(${prefix} C)

add_library(${prefix} STATIC core.c ${prefix}.c)
target_include_directories(${prefix} PUBLIC \${CMAKE_CURRENT_SOURCE_DIR})
set_target_properties(${prefix} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON)
# Floats are rounded after every operation, integers wrap: without these the outputs are other ones. The last two of gcc keep
# time from depending on values.
target_compile_options(${prefix} PRIVATE -O2 -Wall -ffp-contract=off -fno-fast-math -fwrapv
  $<$<C_COMPILER_ID:GNU>:-fno-thread-jumps -fno-tree-reassoc>)

# Alone, and not as part of another project: the example.
if(CMAKE_SOURCE_DIR STREQUAL CMAKE_CURRENT_SOURCE_DIR)
  add_executable(example main.c)
  target_link_libraries(example ${prefix})
  enable_testing()
  add_test(NAME example COMMAND example)
endif()
`;
}
