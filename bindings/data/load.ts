// Data sets by name.

import { complain, nearestName } from "../errors.ts";
import type { DataFolder } from "./data-folder.ts";
import { DATASETS, type Dataset } from "./dataset.ts";
import { loadImuWand } from "./imu-wand.ts";
import { loadLidarSteering } from "./lidar-steering.ts";
import { loadOccupancy } from "./occupancy.ts";
import { loadPhysionet2012 } from "./physionet2012.ts";
import { loadSingleHop } from "./single-hop.ts";

/** The file that holds single-hop in the folder of its npm package. */
const SINGLE_HOP_FILE = "data/data.csv";

/**
 * A data set that the library knows, from the folder that holds its files (single-hop: that of the npm package, or the CSV
 * itself).
 * @param options the loader's own, e.g. `{ "split": "shift" }`; `optionsSource` is what messages call them
 * @throws LiquidEdgeError `unknown-name`, `bad-file`, `bad-config`
 */
export async function loadDataset(
  id: string,
  folder: DataFolder,
  options?: unknown,
  optionsSource = "options",
): Promise<Dataset> {
  switch (id) {
    case "imu-wand":
      return loadImuWand(folder, options, optionsSource);
    case "lidar-steering":
      return loadLidarSteering(folder, options, optionsSource);
    case "occupancy":
      return loadOccupancy(folder, options, optionsSource);
    case "physionet2012":
      return loadPhysionet2012(folder, options, optionsSource);
    case "single-hop": {
      if (typeof folder === "function")
        return loadSingleHop(await folder(SINGLE_HOP_FILE), options, optionsSource);
      const path = String(folder).replace(/\/+$/, "");
      const csv = /\.csv(\.gz)?$/.test(path) ? path : `${path}/${SINGLE_HOP_FILE}`;
      return loadSingleHop(folder instanceof URL ? new URL(csv) : csv, options, optionsSource);
    }
  }
  const nearest = nearestName(id, DATASETS);
  throw complain("unknown-name", "data set", {
    expected: `one of ${DATASETS.join(", ")}`,
    found: `"${id}"`,
    ...(nearest === undefined ? {} : { hint: `did you mean "${nearest}"?` }),
  });
}
