#!/usr/bin/env node
// The command `liquid-edge`: the only place that reads arguments and sets the exit code.

import { execute } from "./execute.ts";
import { nodeIo } from "./io.ts";

process.exitCode = await execute(process.argv.slice(2), nodeIo());
