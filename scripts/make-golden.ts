// Writes tests/golden/ncps from the reference data made with the real ncps code: every case without float32 results and
// gradients, its weights and the wirings as they are.
// Run: npx tsx scripts/make-golden.ts <folder of the reference data> [<target folder, default tests/golden/ncps>]
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [folder, target = join(import.meta.dirname, "../tests/golden/ncps")] = process.argv.slice(2);
if (folder === undefined) throw new TypeError("expected the folder of the reference data");
const copy = (name: string) => writeFileSync(join(target, name), readFileSync(join(folder, name)));

/** -1, 0, +1 as triples source, destination, polarity, the form of wirings.json: a tenth of the matrix's length. */
function toTriples(matrix: number[][]): number[] {
  return matrix.flatMap((row, source) =>
    row.flatMap((polarity, destination) => (polarity === 0 ? [] : [source, destination, polarity])),
  );
}

mkdirSync(target, { recursive: true });
for (const name of readdirSync(folder)) {
  if (!/^(ltc|cfc)-.*\.json$/.test(name)) continue;
  const {
    class: modelClass,
    config,
    wiring,
    weights,
    float64,
    ...reference
  } = JSON.parse(readFileSync(join(folder, name), "utf8"));
  const compact = {
    class: modelClass,
    config,
    weights,
    wiring: wiring && {
      type: wiring.type,
      units: wiring.units,
      input_dim: wiring.input_dim,
      output_dim: wiring.output_dim,
      layers: wiring.layers,
      state_neuron_ids: wiring.state_neuron_ids,
      synapses: toTriples(wiring.adjacency_matrix),
      sensory_synapses: toTriples(wiring.sensory_adjacency_matrix),
    },
    input: reference.input,
    timespans: reference.timespans,
    initial_h: reference.initial_h,
    initial_c: reference.initial_c,
    float64: { output: float64.output, final_h: float64.final_h, final_c: float64.final_c },
  };
  writeFileSync(join(target, name), `${JSON.stringify(compact)}\n`);
  copy(weights);
}
copy("wirings.json");
