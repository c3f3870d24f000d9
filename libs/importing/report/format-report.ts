import type { Finding, FindingGroup, FindingKind, ImportReport } from './import-report.js';

const KINDS: readonly FindingKind[] = ['refused', 'would need a correction', 'gone from source', 'odd'];
const SHOWN = 3;

/** The report for people: what was done, then what they should look at, the most serious first, with the first rows of each sort. */
export function formatImportReport(report: ImportReport): string {
  const { rows, source, mapping } = report;
  const lines = [
    report.stopped
      ? `nothing was imported from ${source} (${mapping}): ${rows.refused} of ${rows.read} rows cannot be read, and --strict stops before writing`
      : `imported ${source} (${mapping}): ${counted(rows.read, 'row')}, ${counted(report.events, 'event')}, ${counted(report.newDeals, 'new deal')}`,
    ...report.files.map((file) => {
      const parts = [`${file.accepted} accepted`, ...(file.unchanged > 0 ? [`${file.unchanged} of them known already`] : [])];
      return `  ${file.file}: ${[...parts, `${file.refused} refused`, `${file.odd} odd`].join(', ')}`;
    }),
  ];
  for (const kind of KINDS) {
    const groups = report.groups.filter((group) => group.kind === kind);
    if (groups.length === 0) continue;
    lines.push('', `${kind}:`);
    for (const group of groups) lines.push(...formatGroup(group, report.findings));
  }
  return `${lines.join('\n')}\n`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

/** A cell may hold several lines; what is wrong with it is one. */
function oneLine(reason: string): string {
  return reason.replaceAll(/\r?\n/g, '␊');
}

function formatGroup(group: FindingGroup, findings: readonly Finding[]): string[] {
  const { kind, file, column, count } = group;
  const mine = findings.filter(
    (finding) => finding.kind === kind && finding.file === file && finding.column === column && sameSort(finding.reason, group.reason),
  );
  const place = column === null ? file : `${file}, column ${column}`;
  if (count === 1)
    return [`  ${placeOf(mine[0], file)}${column === null ? '' : `, column ${column}`}: ${oneLine(mine[0]?.reason ?? group.reason)}`];
  const shown = mine.slice(0, SHOWN).map((finding) => `    ${placeOf(finding, file)}: ${oneLine(finding.reason)}`);
  const lines = mine.every((finding) => finding.reason === mine[0]?.reason)
    ? [`  ${count} × ${place}: ${oneLine(mine[0]?.reason ?? group.reason)} (${firstLines(mine, count)})`]
    : [`  ${count} × ${place}: ${oneLine(group.reason)}`, ...shown, ...(count > SHOWN ? [`    … ${count - SHOWN} more`] : [])];
  return lines;
}

function placeOf(finding: Finding | undefined, file: string): string {
  return finding === undefined || finding.line === null ? file : `${file}:${finding.line}`;
}

function firstLines(findings: readonly Finding[], count: number): string {
  const lines = findings.slice(0, SHOWN).map(({ line }) => line);
  if (lines.every((line) => line === null)) return `${count} deals`;
  return `lines ${lines.join(', ')}${count > SHOWN ? ', …' : ''}`;
}

function sameSort(reason: string, general: string): boolean {
  return reason.replaceAll(/"[^"]*"|\d[\d.,:TZ/-]*/g, '…') === general;
}
