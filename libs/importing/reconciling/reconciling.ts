import type { StageId } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { DealPlan } from './deal-plan.js';
import { dealFactHash } from './fact-hash.js';
import type { Hashing } from './fact-hash.js';
import type { HashedSaid, ImportFact, Place, SaidOfDeal } from './moment.js';

export interface ReconcileContext extends Hashing {
  /** The mapping's stages in their order. */
  readonly stages: readonly StageId[];
  /** The import's instant: what has no date counts from here. */
  readonly instant: EpochMs;
  /** Write what contradicts the record as corrections, in place of reporting it. */
  readonly asCorrections: boolean;
}

/** Something the importer says of a row beside what it writes. */
export interface Remark {
  readonly kind: 'would need a correction' | 'odd';
  readonly place: Place;
  readonly reason: string;
}

/** One deal while what is said of it is compared with what is recorded: the plan so far, and what is to be told. */
export class Reconciling {
  readonly remarks: Remark[] = [];
  /** Of corrections. */
  readonly reason: string;

  constructor(
    readonly said: SaidOfDeal<HashedSaid>,
    readonly plan: DealPlan,
    readonly context: ReconcileContext,
  ) {
    this.reason = `import of ${context.source}`;
  }

  hash(fact: ImportFact, at: EpochMs | null, kind = ''): string {
    return dealFactHash(this.context, this.said.key, fact, at, kind);
  }

  /** Reports a contradiction, or where it is wanted lets `correct` write it. */
  contradicts(place: Place, reason: string, correct: (() => boolean) | undefined): void {
    if (this.context.asCorrections && correct?.() === true) return;
    this.remarks.push({ kind: 'would need a correction', place, reason });
  }
}
