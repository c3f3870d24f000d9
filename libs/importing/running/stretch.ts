import type { Command } from '../../domain/commands.js';
import { streamOf } from '../../domain/commands.js';
import type { StreamName } from '../../domain/shared/ids.js';
import { streamName } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { HashedSaid, Place, SaidOfDeal } from '../reconciling/moment.js';

/** About so many facts go into one commit. With more, what is in hand lives long enough to be moved in memory; waiting for the disk is another thread's. */
const FACTS_A_STRETCH = 1_000;
const REGISTRATIONS_A_STRETCH = 500;

/** A row that cannot be read, or is odd. */
export interface ReadFinding {
  readonly kind: 'refused' | 'odd';
  readonly place: Place;
  readonly reason: string;
}

/** A command on a person, company, product or campaign, with the hash by which the next import recognises its fact. */
export interface RegistrationStep {
  readonly command: Command;
  readonly importHash: string;
  /** Left out: the first known value counts from the beginning of time. */
  readonly effectiveAt?: EpochMs;
  /** In place of a registration, where the thing is registered already under another name or with other details. */
  readonly otherwise?: readonly { readonly command: Command; readonly importHash: string }[];
}

export interface Registration {
  readonly place: Place;
  readonly steps: readonly RegistrationStep[];
}

export interface DealRead {
  readonly said: SaidOfDeal<HashedSaid>;
  /** The row, where the deal is one row. */
  readonly row?: Place;
}

/** A dated snapshot was read to its end: what is not among its deals may be gone from the source. */
export interface SnapshotEnd {
  readonly file: string;
  readonly column: string;
  readonly contains: 'all' | 'open';
  readonly at: EpochMs;
}

/**
 * What was read since the last one. Its registrations and then its deals go into one commit. Plain data: it crosses threads as JSON, so that a member that has no value
 * is left out.
 */
export interface Stretch {
  readonly rows: readonly { readonly file: string; readonly rows: number }[];
  readonly findings: readonly ReadFinding[];
  readonly registrations: readonly Registration[];
  readonly deals: readonly DealRead[];
  readonly ended?: SnapshotEnd;
  readonly progress: ReadingProgress;
}

/** Whose streams a stretch speaks of, each at least once. */
export function streamsOf({ registrations, deals }: Stretch): readonly StreamName[] {
  const registered = registrations.flatMap(({ steps: [first] }) => (first === undefined ? [] : [streamOf(first.command)]));
  return [...registered, ...deals.map(({ said }) => streamName('deal', said.id))];
}

export interface ReadingProgress {
  readonly file: string;
  readonly rows: number;
  /** Of all files, read so far in this phase. */
  readonly bytes: number;
  readonly totalBytes?: number;
}

type Parts = { -readonly [K in 'rows' | 'findings' | 'registrations' | 'deals']: Stretch[K][number][] };

const nothing = (): Parts => ({ rows: [], findings: [], registrations: [], deals: [] });

/** Gathers what is read, and cuts it where a commit has enough. */
export class Stretches {
  private parts = nothing();
  private facts = 0;
  private readonly dealsInHand = new Set<string>();
  private readonly cut: Stretch[] = [];

  constructor(private readonly progress: () => ReadingProgress) {}

  rows(file: string, rows: number): void {
    this.parts.rows.push({ file, rows });
  }

  find(kind: ReadFinding['kind'], place: Place, reason: string): void {
    this.parts.findings.push({ kind, place, reason });
  }

  register(registration: Registration): void {
    this.parts.registrations.push(registration);
  }

  /** Of rows of a register's own file: those that deals name wait for their deal. */
  endOfRegister(): void {
    if (this.parts.registrations.length >= REGISTRATIONS_A_STRETCH) this.close();
  }

  deal(deal: DealRead): void {
    const { id, moments } = deal.said;
    // A deal that comes twice is decided on what its first row made.
    if (this.dealsInHand.has(id)) this.close();
    this.dealsInHand.add(id);
    this.parts.deals.push(deal);
    for (const moment of moments) this.facts += moment.said.length;
    if (this.facts >= FACTS_A_STRETCH) this.close();
  }

  /** What is in hand is one stretch, whatever its size. */
  close(ended?: SnapshotEnd): void {
    this.cut.push({ ...this.parts, ...(ended === undefined ? {} : { ended }), progress: this.progress() });
    this.parts = nothing();
    this.facts = 0;
    this.dealsInHand.clear();
  }

  /** The stretches that are whole. */
  *whole(): Generator<Stretch> {
    for (let next = this.cut.shift(); next !== undefined; next = this.cut.shift()) yield next;
  }

  /** How far reading has come, and what it found; what waits for its commit goes on waiting. */
  news(): Stretch {
    const { rows, findings } = this.parts;
    this.parts = { ...this.parts, rows: [], findings: [] };
    return { rows, findings, registrations: [], deals: [], progress: this.progress() };
  }
}
