import { standsStill } from '../wiring/read-models-check.js';
import type { DoctorAnswer, Finding } from './doctor-answer.js';

type Seen = Omit<DoctorAnswer, 'findings'>;

/** Clocks of machines differ by less. */
const CLOCK_SKEW_SECONDS = 2;
const LEAST_FREE_BYTES = 1 << 30;
/** Positions: what an index that follows every fifth of a second does not lag behind. */
const INDEX_BEHIND = 100_000;

function ofModels({ models }: Seen): Finding[] {
  return models.flatMap((lag): Finding[] => {
    const { model, partition, state, position, error, stuckSeconds, events } = lag;
    const which = `${model}${partition > 0 ? ` / ${partition}` : ''}`;
    if (state === 'stopped')
      return [
        {
          severity: 'problem',
          what: `${which} stopped at position ${position}: ${error ?? 'no reason is known'}`,
          cure: `mend what the error names, then ./dealtrail resume ${model}`,
        },
      ];
    if (state === 'paused')
      return [{ severity: 'note', what: `${which} is paused, ${events} events behind`, cure: `./dealtrail resume ${model} lets it go on` }];
    if (standsStill(lag))
      return [
        {
          severity: 'problem',
          what: `${which} has not moved for ${Math.round(stuckSeconds)} s, ${events} events behind`,
          cure: 'no process keeps it: start npm start, or npm run start:projector on shared stores',
        },
      ];
    return [];
  });
}

function ofParked({ readStore: { parked } }: Seen): Finding[] {
  if (parked === 0) return [];
  return [
    {
      severity: 'problem',
      what: `${parked} streams are held back, because an event of theirs could not be projected`,
      cure: './dealtrail parked shows the errors, ./dealtrail parked --replay tries them again',
    },
  ];
}

function ofIndex({ index: { state, error, behind, snapshotFile } }: Seen): Finding[] {
  const findings: Finding[] = [];
  if (error !== null)
    findings.push({
      severity: 'problem',
      what: `the timeline index could not be brought further: ${error}`,
      cure: 'it is tried again by itself, and the read store answers meanwhile, slower; mend what the error names',
    });
  if (state === 'ready' && behind !== null && behind > INDEX_BEHIND)
    findings.push({
      severity: 'note',
      what: `the timeline index is ${behind} positions behind the read models`,
      cure: 'it catches up by itself',
    });
  if (snapshotFile !== null && snapshotFile.state !== 'fits')
    findings.push({
      severity: 'note',
      what: `the snapshot file of the timeline index is ${snapshotFile.state}`,
      cure: 'the next start notices, loads the index from the read store and writes the file anew',
    });
  return findings;
}

function ofMachine({ log, disk }: Seen): Finding[] {
  const findings: Finding[] = [];
  if (log.aheadOfClockSeconds > CLOCK_SKEW_SECONDS)
    findings.push({
      severity: 'problem',
      what: `the log's last event was recorded ${Math.round(log.aheadOfClockSeconds)} s after what this machine's clock says now`,
      cure: 'set the clock: until it has caught up, new events are recorded at that last instant',
    });
  if (disk !== null && disk.freeBytes < LEAST_FREE_BYTES)
    findings.push({
      severity: 'problem',
      what: `${Math.round(disk.freeBytes / (1 << 20))} MiB are free where the data directory lies`,
      cure: 'make room: an append that finds no room is refused (nothing is lost)',
    });
  return findings;
}

/** What an operator should do something about, from what was seen. */
export function findingsOf(seen: Seen): readonly Finding[] {
  return [...ofModels(seen), ...ofParked(seen), ...ofIndex(seen), ...ofMachine(seen)];
}
