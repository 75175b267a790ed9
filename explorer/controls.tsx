// Everything that the reader can choose.

import { builtinBoards } from "../bindings/board/load.ts";
import { digits, exact } from "../format/numbers.ts";
import { type Choices, PRECISIONS, positive } from "./choices.ts";
import { openFiles } from "./models.ts";
import { addModel, board, choices, choose, model, models, notice, precisions } from "./store.ts";

export function Controls() {
  const { platform, point, precision, sparsity, rateHz, batteryMah, batteryV } = choices.value;
  const isInteger = model.value?.network.integers !== null;
  return (
    <form class="controls" aria-label="Choices" onSubmit={(event) => event.preventDefault()}>
      <ModelControls />
      <label>
        Platform
        <select value={platform} onChange={(event) => choose({ platform: event.currentTarget.value })}>
          {builtinBoards().map(({ id, core }) => (
            <option key={id} value={id}>
              {`${id} · ${core.name}`}
            </option>
          ))}
        </select>
      </label>
      <label>
        Operating point
        <select value={point} onChange={(event) => choose({ point: event.currentTarget.value })}>
          {board.value.operatingPoints.map(({ id, clockHz, supplyV, activeCurrentMa }) => (
            <option key={id} value={id}>
              {`${id} · ${exact(clockHz / 1e6)} MHz, ${exact(supplyV)} V, ${digits(activeCurrentMa.typ)} mA`}
            </option>
          ))}
        </select>
      </label>
      <fieldset class="choice">
        <legend>Precision of the weights</legend>
        <div class="segments">
          {PRECISIONS.map((id) => (
            <label key={id}>
              <input
                type="radio"
                name="precision"
                value={id}
                checked={id === precision}
                disabled={!precisions.value.includes(id)}
                onChange={() => choose({ precision: id })}
              />
              <span>{id}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <label>
        <span class="with-value">
          Sparsity <span class="value" aria-hidden="true">{`${exact(sparsity * 100)} %`}</span>
        </span>
        <input
          type="range"
          min="0"
          max="0.95"
          step="0.05"
          value={sparsity}
          disabled={isInteger}
          aria-valuetext={`${exact(sparsity * 100)} % of the weights pruned`}
          onInput={(event) => choose({ sparsity: Number(event.currentTarget.value) })}
        />
      </label>
      <NumberField label="Loop rate" unit="Hz" value={rateHz} change={(value) => ({ rateHz: value })} />
      <div class="pair">
        <NumberField
          label="Battery"
          unit="mAh"
          value={batteryMah}
          change={(value) => ({ batteryMah: value })}
          emptied={{ batteryMah: null }}
        />
        <NumberField label="at" unit="V" value={batteryV} change={(value) => ({ batteryV: value })} />
      </div>
    </form>
  );
}

function ModelControls() {
  const open = async (input: HTMLInputElement) => {
    await openReported([...(input.files ?? [])]);
    input.value = "";
  };
  return (
    <>
      <label>
        Model
        <select value={model.value?.name} onChange={(event) => choose({ model: event.currentTarget.value })}>
          {models.value.map(({ name }) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label class="file">
        <span>Open a .safetensors file, with its .json where it needs one, or drop them anywhere</span>
        <input
          type="file"
          accept=".safetensors,.json"
          multiple
          onChange={(event) => open(event.currentTarget)}
        />
      </label>
    </>
  );
}

/** Opens files and shows what comes of it. */
export async function openReported(files: readonly File[]): Promise<void> {
  if (files.length === 0) return;
  try {
    const opened = await openFiles(files);
    notice.value = null;
    addModel(opened);
  } catch (error) {
    notice.value = error instanceof Error ? error.message : String(error);
  }
}

interface NumberFieldProps {
  label: string;
  unit: string;
  value: number | null;
  change: (value: number) => Partial<Choices>;
  /** What an empty field means; without it a number is needed. */
  emptied?: Partial<Choices>;
}

/** A number above 0. What is no such number is marked, and changes nothing. */
function NumberField({ label, unit, value, change, emptied }: NumberFieldProps) {
  const take = (input: HTMLInputElement) => {
    const number = positive(input.value);
    const isEmpty = input.value.trim() === "" && !input.validity.badInput;
    const isFine = number !== null || (isEmpty && emptied !== undefined);
    input.setCustomValidity(isFine ? "" : "A number above 0");
    input.setAttribute("aria-invalid", String(!isFine));
    if (number !== null) choose(change(number));
    else if (isEmpty && emptied !== undefined) choose(emptied);
  };
  return (
    <label>
      <span>
        {label} <span class="unit">{unit}</span>
      </span>
      <input
        type="number"
        min="0"
        step="any"
        inputMode="decimal"
        value={value ?? ""}
        onInput={(event) => take(event.currentTarget)}
      />
    </label>
  );
}
