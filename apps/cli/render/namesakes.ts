import type { Group, Labels } from '../../../libs/reporting/queries.js';

interface Named {
  readonly group: Group;
  readonly labels: Labels;
}

function isNamed(row: unknown): row is Named {
  return typeof row === 'object' && row !== null && 'group' in row && 'labels' in row;
}

/** Rows of a table in which two people, companies or the like have one name: their ids stand behind it, so that a row can be told from the other. */
export function namesakesTold<R>(rows: readonly R[]): readonly R[] {
  const ids = new Map<string, Set<string>>();
  const keyOf = (name: string, label: string): string => JSON.stringify([name, label]);
  for (const row of rows) {
    if (!isNamed(row)) continue;
    for (const [name, label] of Object.entries(row.labels)) {
      const id = row.group[name as keyof Group];
      if (typeof label !== 'string' || typeof id !== 'string') continue;
      const key = keyOf(name, label);
      ids.set(key, (ids.get(key) ?? new Set()).add(id));
    }
  }
  if ([...ids.values()].every(({ size }) => size === 1)) return rows;
  return rows.map((row) => {
    if (!isNamed(row)) return row;
    const labels = Object.fromEntries(
      Object.entries(row.labels).map(([name, label]) => {
        const shared = typeof label === 'string' && (ids.get(keyOf(name, label))?.size ?? 0) > 1;
        return [name, shared ? `${label} (${row.group[name as keyof Group] ?? ''})` : label];
      }),
    );
    return { ...row, labels };
  });
}
