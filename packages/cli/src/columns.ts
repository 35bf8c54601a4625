/** Rows as text in columns; those at the indices `numeric` to the right. */
export function columns(rows: readonly (readonly string[])[], numeric: readonly number[] = []): string {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const cell = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    return numeric.includes(column) ? text.padStart(width) : text.padEnd(width);
  };
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}
