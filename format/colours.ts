// The colours of pages, plots and PDFs, in the light scheme and in the dark one. Letters have a contrast of at least 4.5 : 1 to their
// ground in each.

export interface Colour {
  light: string;
  dark: string;
}

export const COLOURS = {
  ink: { light: "#1b1f24", dark: "#e6edf3" },
  quiet: { light: "#57606a", dark: "#9da7b3" },
  line: { light: "#d8dee4", dark: "#30363d" },
  /** The border of what can be changed or clicked. */
  edge: { light: "#8c959f", dark: "#6e7681" },
  ground: { light: "#ffffff", dark: "#0d1117" },
  raised: { light: "#f6f8fa", dark: "#161b22" },
  accent: { light: "#1259c3", dark: "#6cb6ff" },
  onAccent: { light: "#ffffff", dark: "#0d1117" },
  good: { light: "#00644c", dark: "#3ddbaf" },
  goodGround: { light: "#e3f5ee", dark: "#0b2a22" },
  doubtful: { light: "#7a5d00", dark: "#e8c547" },
  doubtfulGround: { light: "#fdf3d3", dark: "#2b2509" },
  bad: { light: "#b4233c", dark: "#ff8e9e" },
  badGround: { light: "#fdecee", dark: "#33151b" },
} satisfies Record<string, Colour>;
