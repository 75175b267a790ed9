// The page: choices on one side, what they cost on the other.

import { effect, useComputed } from "@preact/signals";
import { render } from "preact";
import { totalOperations } from "../bindings/count/op-class.ts";
import { whole } from "../format/numbers.ts";
import { summarise } from "../format/summary.ts";
import { BoardsTable } from "./boards-table.tsx";
import { choiceCommand } from "./command-line.ts";
import { Controls, openReported } from "./controls.tsx";
import { Copyable } from "./copyable.tsx";
import { Figures } from "./figures.tsx";
import { type EmbeddedModel, openEmbedded } from "./models.ts";
import { ParetoPlot } from "./pareto-plot.tsx";
import { PeriodBar } from "./period-bar.tsx";
import { Sources } from "./sources.tsx";
import { addModel, board, choices, chosen, followUrl, isBusy, model, notice, outcome } from "./store.ts";

function Page() {
  return (
    <>
      <header>
        <h1>Liquid Edge explorer</h1>
        <p>What one inference of a liquid neural network costs on a microcontroller.</p>
      </header>
      <div class="columns">
        <Controls />
        <main aria-busy={isBusy.value}>
          {notice.value === null ? null : (
            <p class="notice" role="alert">
              {notice.value}
            </p>
          )}
          <Answer />
        </main>
      </div>
    </>
  );
}

function Answer() {
  const result = outcome.value;
  if (result === null || model.value === undefined) return <p>Counting operations …</p>;
  const { platform, point } = choices.value;
  const made = chosen.value!;
  const summary = `${summarise(model.value.network.config)}, ${choices.value.precision}`;
  const operations =
    "profile" in made ? `; ${whole(totalOperations(made.profile.classes))} operations a time step` : "";
  return (
    <>
      <section aria-labelledby="answer-title">
        <h2 id="answer-title">{board.value.name}</h2>
        <p>
          {board.value.operatingPoints.find(({ id }) => id === point)!.description}
          {". "}
          {model.value.name}: {summary}
          {operations}
        </p>
        {"profile" in made
          ? (made.facts.assumed ?? []).map((text) => (
              <p key={text} class="aside">
                Assumed: {text}.
              </p>
            ))
          : null}
        {"estimate" in result ? (
          <Figures estimate={result.estimate} />
        ) : (
          <p class="notice">{`${platform}: not available: ${result.unavailable}`}</p>
        )}
        <Copyable id="command" label="Copy as command" text={choiceCommand(model.value, choices.value)} />
        <Spoken />
      </section>
      {"estimate" in result ? <PeriodBar estimate={result.estimate} /> : null}
      <ParetoPlot />
      <BoardsTable />
      {"estimate" in result ? (
        <section aria-labelledby="sources-title">
          <h2 id="sources-title">Sources</h2>
          <Sources estimate={result.estimate} />
        </section>
      ) : null}
    </>
  );
}

/** The result in a sentence, for those who hear the page instead of seeing it. */
function Spoken() {
  const text = useComputed(() => {
    if (isBusy.value || outcome.value === null) return "";
    if ("unavailable" in outcome.value) return `Not available: ${outcome.value.unavailable}`;
    const { energyUj, latencyUs, realTime, platform } = outcome.value.estimate;
    const micro = (value: number) => Number(value.toPrecision(3));
    return (
      `${platform}: ${micro(energyUj.typ)} microjoules, ${micro(latencyUs.typ)} microseconds, ` +
      `${realTime.ok ? "in time" : realTime.okTypical ? "likely in time" : "not in time"}`
    );
  });
  return (
    <p class="hidden" role="status">
      {text}
    </p>
  );
}

/** Files may be dropped anywhere; dropped beside the field, the browser would leave the page. */
function takeDrops(): void {
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") === true;
  const mark = (isOver: boolean) => document.body.classList.toggle("dropping", isOver);
  addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    mark(true);
  });
  addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) mark(false);
  });
  addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    mark(false);
    void openReported([...(event.dataTransfer?.files ?? [])]);
  });
}

const embedded = JSON.parse(document.querySelector("#models")!.textContent!) as EmbeddedModel[];
for (const one of embedded) addModel(await openEmbedded(one), false);
followUrl();
takeDrops();
render(<Page />, document.querySelector("#page")!);
// For whoever measures how long the page takes to answer.
const stop = effect(() => {
  if (outcome.value === null) return;
  requestAnimationFrame(() => performance.mark("interactive"));
  queueMicrotask(() => stop());
});
