/** Text in XML 1.0, in an element or an attribute: markup and what disguises a line escaped, and as U+FFFD what the standard forbids even as an escape. */
export function xmlText(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Cs}/gu, "\ufffd")
      .replace(
        /[&<>"'\t\n\r\u007f-\u009f\u2028\u2029]|\p{Cf}/gu,
        (character) => `&#${character.codePointAt(0)};`,
      )
  );
}
