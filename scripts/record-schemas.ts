// Writes baselines/*.schema.json, by which editors check and complete suites, records and histories. A test compares them
// with bindings/record.
//
//   npx tsx scripts/record-schemas.ts

import { writeFileSync } from "node:fs";
import { budgetJsonSchema } from "../bindings/record/budget.ts";
import { canonicalJson } from "../bindings/record/canonical.ts";
import { hardwareJsonSchema } from "../bindings/record/hardware.ts";
import { historyJsonSchema, recordJsonSchema } from "../bindings/record/schema.ts";
import { suiteJsonSchema } from "../bindings/record/suite.ts";

const SCHEMAS = {
  "record.schema.json": recordJsonSchema(),
  "history.schema.json": historyJsonSchema(),
  "suite.schema.json": suiteJsonSchema(),
  "budget.schema.json": budgetJsonSchema(),
  "hardware.schema.json": hardwareJsonSchema(),
};

for (const [file, schema] of Object.entries(SCHEMAS)) {
  writeFileSync(new URL(`../baselines/${file}`, import.meta.url), canonicalJson(schema));
}
