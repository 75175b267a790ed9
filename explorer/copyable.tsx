// A command line with a button that copies it.

import { useSignal } from "@preact/signals";

export function Copyable({ label, text, id }: { label: string; text: string; id?: string }) {
  const outcome = useSignal("");
  const copy = async (code: Element) => {
    try {
      await navigator.clipboard.writeText(text);
      outcome.value = "Copied";
    } catch {
      // Without the permission the reader's own key does it.
      getSelection()?.selectAllChildren(code);
      outcome.value = "Selected: copy with Ctrl+C";
    }
    setTimeout(() => {
      outcome.value = "";
    }, 2500);
  };
  return (
    <div class="command">
      <code id={id}>
        {text.split(/ (?=--)/).map((option, i) => (
          // Lines end between options, not at their hyphens.
          <>
            {i === 0 ? "" : " "}
            <span>{option}</span>
          </>
        ))}
      </code>
      <button
        type="button"
        aria-label={label}
        onClick={(event) => copy(event.currentTarget.previousElementSibling!)}
      >
        Copy
      </button>
      <output>{outcome}</output>
    </div>
  );
}
