import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Deal } from '../domain/deal/deal.evolve.js';
import { evolve, noDeal } from '../domain/deal/deal.evolve.js';
import type { DealFact } from '../domain/deal/deal.events.js';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import { factsAsOf } from '../domain/shared/history.js';
import type { StreamName } from '../domain/shared/ids.js';
import { isoInstant } from '../domain/shared/instant.js';
import { END_OF_TIME } from '../domain/shared/instant.js';
import { catalog } from '../event-catalog/catalog.js';
import { logPages } from '../event-store/log-pages.js';
import type { ImportInput, ImportOptions } from '../importing/running/import-input.js';
import { sourceOnDisk } from '../importing/running/import-input.js';
import { runImport } from '../importing/running/run-import.js';
import type { ImportReport } from '../importing/report/import-report.js';
import { openAll } from '../privacy/opening.js';
import type { CommandDesk } from './command-desk.js';
import { openCommandDesk } from './command-desk.js';

/** Source files by name; what a spec writes down, or a folder. */
export type SourceTexts = Readonly<Record<string, string | Buffer>>;

export interface ImportDesk extends CommandDesk {
  import(mapping: string, files: SourceTexts | string, options?: ImportOptions, more?: Partial<ImportInput>): Promise<ImportReport>;
  /** A deal by the law, as known now. */
  deal(id: string, asOf?: string): Promise<Deal>;
  /** `2026-01-05T00:00:00.000Z RequestRegistered …`, undated ones marked, corrections as they were recorded. */
  lines(id: string): Promise<readonly string[]>;
  /** Streams of our categories. */
  streams(): Promise<ReadonlyMap<string, readonly RecordedEvent[]>>;
}

export const SHARED_DATA = join(import.meta.dirname, '../../../shared/data/crm_sales_opportunities');

export function readMappingFile(file: string): string {
  return readFileSync(file, 'utf8');
}

export function openImportDesk(at = '2026-11-23T12:00:00.000Z'): ImportDesk {
  const desk = openCommandDesk(at);
  const deal = async (id: string, asOf?: string): Promise<Deal> => {
    const events = await desk.recorded(`deal-${id}`);
    const last = events.at(-1);
    if (last === undefined) return noDeal;
    return factsAsOf<DealFact>(events, last.position, asOf === undefined ? END_OF_TIME : Date.parse(asOf)).reduce<Deal>(evolve, noDeal);
  };
  return {
    ...desk,
    deal,
    import: (mapping, files, options, more) =>
      runImport({
        ...{ mappingText: mapping, mappingName: 'mapping.yaml', commands: desk.handling, clock: desk.clock },
        ...{ eventStore: desk.eventStore, keyStore: desk.keyStore },
        ...(typeof files === 'string'
          ? sourceOnDisk((name) => join(files, name))
          : { openFile: (name: string) => (files[name] === undefined ? undefined : Readable.from([Buffer.from(files[name])])) }),
        ...(options === undefined ? {} : { options }),
        ...more,
      }),
    lines: async (id) => {
      const opened = (await openAll(await desk.recorded(`deal-${id}`), desk.keyStore)) as readonly RecordedEvent[]; // the same events, opened
      return opened.map(({ type, data, effectiveAt, metadata }) => {
        const when = type === 'HistoryCorrected' ? '' : `${isoInstant(effectiveAt)}${metadata.dated === false ? ' undated' : ''} `;
        return `${when}${type} ${JSON.stringify(data)}`;
      });
    },
    streams: async () => {
      const streams = new Map<StreamName, RecordedEvent[]>();
      for await (const page of logPages(desk.eventStore, { limit: 1_000 })) {
        for (const stored of page) {
          const event = catalog.decode(stored);
          const there = streams.get(event.stream);
          if (there === undefined) streams.set(event.stream, [event]);
          else there.push(event);
        }
      }
      return streams;
    },
  };
}
