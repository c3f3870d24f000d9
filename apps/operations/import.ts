import type { ImportInput, ImportOptions, Source } from '../../libs/importing/running/import-input.js';
import { runImport } from '../../libs/importing/running/run-import.js';
import type { ImportReport } from '../../libs/importing/report/import-report.js';
import type { Dealtrail } from '../wiring/open-dealtrail.js';
import { bringUp } from './bring-up.js';
import type { OnProgress } from './operation.js';

export interface ImportWork extends Source, Pick<ImportInput, 'mappingText' | 'mappingName'> {
  readonly options: ImportOptions;
  readonly onProgress: OnProgress;
  readonly signal?: AbortSignal;
}

/** Imports, and returns when the read models show it. @throws MappingRefused, and what the stores throw */
export async function importInto(dealtrail: Dealtrail, work: ImportWork): Promise<ImportReport> {
  const { commands, eventStore, keyStore, clock } = dealtrail;
  const { onProgress, ...input } = work;
  const report = await runImport({
    ...input,
    commands,
    eventStore,
    keyStore,
    clock,
    onProgress: (progress) => onProgress({ work: 'import', ...progress }),
  });
  await bringUp(dealtrail, onProgress);
  return report;
}
