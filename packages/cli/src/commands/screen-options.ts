const widthOfFiles = 100;

/** How wide and how colourful a text may be: one in a file looks the same wherever it is made, one on a terminal fits it. */
export function screenOptions(toTerminal: boolean): {
  readonly columns: number;
  readonly color: boolean;
  readonly unicode: boolean;
} {
  const { stdout } = process;
  const color =
    toTerminal &&
    (process.env.FORCE_COLOR ? process.env.FORCE_COLOR !== '0' : stdout.isTTY === true && !process.env.NO_COLOR);
  return { columns: (toTerminal && stdout.columns) || widthOfFiles, color, unicode: true };
}
