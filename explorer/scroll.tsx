import type { ComponentChildren } from "preact";

/** What is wider than a phone, scrolled sideways; in reach of the keyboard, which cannot scroll it otherwise. */
export function Scroll({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1 wants scrolled content in reach of the keyboard
    <section class="scroll" tabIndex={0} aria-label={label}>
      {children}
    </section>
  );
}
