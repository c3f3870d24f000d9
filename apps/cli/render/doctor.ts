import type { DoctorAnswer, IndexHealth, KeptRowsHealth } from '../../operations/doctor-answer.js';
import type { CheckedFile } from '../../wiring/check-files.js';
import { folded } from './fold.js';
import { lagTable } from './lag.js';
import { table } from './table.js';
import { countText, instantText } from './text.js';
import { pageWidth } from './width.js';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

function bytesText(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10));
  return `${unit === 0 ? bytes : (bytes / 1024 ** unit).toFixed(1)} ${UNITS[unit]}`;
}

function indexText({ state, rows, deals, bytes, position, behind, loadedFrom, loadMs, snapshotFile }: IndexHealth): string {
  const file =
    snapshotFile === null
      ? 'no snapshot file'
      : `snapshot file ${snapshotFile.state}, ${bytesText(snapshotFile.bytes)}${snapshotFile.position === null ? '' : `, at position ${countText(snapshotFile.position)}`}`;
  if (state !== 'ready') return `${state === 'off' ? 'not loaded in this process' : 'being loaded'}; ${file}`;
  const size = `${countText(rows)} rows of ${countText(deals)} deals in ${bytesText(bytes)}`;
  const at = `at position ${countText(position ?? 0)}, ${countText(behind ?? 0)} behind`;
  return `${size}, ${at}; loaded from the ${loadedFrom ?? 'store'} in ${((loadMs ?? 0) / 1000).toFixed(1)} s; ${file}`;
}

function keptRowsText(kept: KeptRowsHealth | null): string {
  if (kept === null) return 'not kept in this process';
  const { rows, bytes, most } = kept;
  if (most === 0) return 'none, as DEALTRAIL_KEPT_ROWS says; reports that follow deals read the store';
  if (rows > 0) return `${countText(rows)} in ${bytesText(bytes)}, for reports that follow deals; ${countText(most)} at most`;
  return `none at the moment: the next report that follows deals reads them, if they are not more than ${countText(most)}`;
}

function lines(pairs: readonly (readonly [string, string])[]): string {
  const widest = Math.max(...pairs.map(([name]) => name.length));
  const indent = ' '.repeat(widest + 2);
  return pairs
    .map(([name, text]) => `${name.padEnd(widest)}  ${folded(text, pageWidth() - indent.length).replaceAll('\n', `\n${indent}`)}`)
    .join('\n');
}

function findingsText({ findings }: DoctorAnswer): string {
  if (findings.length === 0) return 'Nothing is wrong.';
  return findings.map(({ severity, what, cure }) => folded(`${severity}: ${what}\n  cure: ${cure}`)).join('\n');
}

/** The answer of `./dealtrail doctor` for people, 100 columns wide; the findings last, where the eye ends. */
export function doctorText(answer: DoctorAnswer, checked: readonly CheckedFile[]): string {
  const { process, log, readStore, models, index, keptRows, files, disk, configuration } = answer;
  const set = configuration.filter(({ from }) => from === 'environment').map(({ name, value }) => `${name}=${value}`);
  const facts: (readonly [string, string])[] = [
    ['process', `${process.pid}, Node ${process.node}, ${bytesText(process.residentBytes)} resident, up ${countText(process.upSeconds)} s`],
    ['settings', set.length === 0 ? 'all at their defaults' : set.join(', ')],
    ['log', `${log.store}, ${log.logId}, at position ${countText(Number(log.position))}, last recorded ${instantText(log.recordedAt)} UTC`],
    ['keys', log.keyStoreId],
    ['read store', readStore.store],
    ['timeline index', indexText(index)],
    ['rows of deals', keptRowsText(keptRows)],
    ...(disk === null ? [] : [['disk', `${bytesText(disk.freeBytes)} free of ${bytesText(disk.bytes)}`] as const]),
    ...checked.map(({ file, damage }) => ['read through', `${file}: ${damage ?? 'whole'}`] as const),
  ];
  const sizes = table(
    [{ title: 'file' }, { title: 'size', align: 'right' }],
    files.map(({ file, bytes }) => [file, bytesText(bytes)]),
  );
  const parts = [
    lines(facts),
    ...(models.length === 0 ? [] : [lagTable(models)]),
    ...(files.length === 0 ? [] : [sizes]),
    findingsText(answer),
  ];
  return parts.join('\n\n');
}
