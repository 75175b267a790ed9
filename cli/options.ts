// Options that several commands share, and the parsers of their values.

import { type Command, InvalidArgumentError, Option } from "commander";
import { DATASETS, SPLITS } from "../bindings/data/dataset.ts";
import { LiquidEdgeError, nearestName } from "../bindings/errors.ts";

/** Options of every command. */
export interface CommonOptions {
  json?: true;
  debug?: true;
}

/** Adds the options of every command, and examples at the end of its help. */
export function withCommon(command: Command, examples: readonly string[]): Command {
  return command
    .option("--json", "print JSON and nothing else on standard output")
    .option("--debug", "print the stack of an error")
    .addHelpText("after", examplesText(examples));
}

/** The end of a help: how the command is used. */
export function examplesText(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((line) => `  $ liquid-edge ${line}`).join("\n")}`;
}

export const configOption = () =>
  new Option(
    "-c, --config <file>",
    'JSON with "class" and "config" of an ncps or PyTorch state_dict; our own files carry it',
  );

export const stepsOption = () =>
  new Option("--steps <n>", "time steps that make an inference").argParser(wholeFrom(1)).default(1);

export const PRECISIONS = ["fp32", "fp16", "int8", "int4"] as const;

export const precisionOption = () =>
  choiceOption(
    "--precision <id>",
    "number format of the weights (default: the file's); fp16 halves the bytes of fp32 and keeps its arithmetic; " +
      "integers come from quantize",
    PRECISIONS,
  );

/** What the data of an option are, where their name does not say it. */
export const datasetOption = () =>
  choiceOption("--dataset <id>", "what the data are (default: the folder's name, or csv for a file)", [
    ...DATASETS,
    "csv",
  ]);

export const descriptionOption = () =>
  new Option(
    "--description <file>",
    "JSON that says what a CSV's columns mean, or options of a data set; docs/data.md has both",
  );

export const splitOption = () => choiceOption("--split <part>", "part of the data", SPLITS);

/** Threads of a command; `what` is done by each. */
export const threadsOption = (what: string) =>
  new Option("--threads <n>", `${what} at a time (default: one a core)`).argParser(wholeFrom(1));

/** An option whose value is one of `names`; the complaint about another one suggests the nearest. */
export function choiceOption(flags: string, description: string, names: readonly string[]): Option {
  return new Option(flags, description).choices(names).argParser((text: string) => oneOf(text, names));
}

function oneOf(text: string, names: readonly string[]): string {
  if (names.includes(text)) return text;
  const near = nearestName(text, names);
  const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
  throw new InvalidArgumentError(`Expected ${names.length > 1 ? "one of " : ""}${names.join(", ")}${hint}.`);
}

/** Parser of a list of `names` separated by commas, without doubles; \`all\` is all of them. */
export function listOf(names: readonly string[]): (text: string) => string[] {
  return (text) => (text === "all" ? [...names] : distinct(text, (item) => oneOf(item, names)));
}

/** Parser of a list separated by commas that may be given in several options, each of which adds to it. */
export function inParts(text: string, before?: string): string {
  return before === undefined ? text : `${before},${text}`;
}

/** Parser of shares from 0 to below 1, separated by commas, without doubles. */
export function sharesBelowOne(text: string): number[] {
  return distinct(text, shareBelowOne);
}

function distinct<T>(text: string, parse: (item: string) => T): T[] {
  const items = text.split(",").map((item) => parse(item.trim()));
  const double = items.find((item, i) => items.indexOf(item) < i);
  if (double !== undefined)
    throw new InvalidArgumentError(`Expected each value once, found ${double} again.`);
  return items;
}

/** Parser of a finite number above `low` (or equal to it, when `inclusive`) and at most `high`. */
export function numberIn(
  low: number,
  high = Number.POSITIVE_INFINITY,
  inclusive = false,
): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    const holds = Number.isFinite(value) && (inclusive ? value >= low : value > low) && value <= high;
    if (holds) return value;
    const range =
      high === Number.POSITIVE_INFINITY
        ? `a number ${inclusive ? ">=" : ">"} ${low}`
        : `a number from ${low} to ${high}`;
    throw new InvalidArgumentError(`Expected ${range}.`);
  };
}

/** Parser of a whole number in a range. */
export function wholeIn(low: number, high: number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    if (Number.isInteger(value) && value >= low && value <= high) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${low} to ${high}.`);
  };
}

/** Parser of a share from 0 to below 1. */
export function shareBelowOne(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (value >= 0 && value < 1) return value;
  throw new InvalidArgumentError("Expected a number from 0 to below 1.");
}

/** Parser of a whole number of at least `low`. */
export function wholeFrom(low: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= low) return value;
    throw new InvalidArgumentError(`Expected a whole number >= ${low}.`);
  };
}

/** A complaint about how options go together. */
export function usageError(message: string): LiquidEdgeError {
  return new LiquidEdgeError("bad-config", message);
}
