import type { EpochMs } from '../../libs/domain/shared/instant.js';
import type { Position } from '../../libs/domain/shared/position.js';
import type { Answers } from '../../projections/answers/answers.js';
import type { Config } from './config.js';
import type { ErrorTold } from './thread-errors.js';

/** Reports that follow deals, one by one: they read every row of them, and are made in a thread of their own where there is one. */
export const FOLLOWING = [
  ...(['waterfall', 'explain', 'funnel', 'leadTimes', 'timeInStage', 'winRate', 'inflow', 'slippage', 'standstills'] as const),
  ...(['reemergence', 'aging', 'coverage', 'velocity', 'forecast', 'forecastHistory', 'calibration', 'deals'] as const),
] as const satisfies readonly (keyof Answers)[];
export type FollowingName = (typeof FOLLOWING)[number];

/** Where the thread finds its stores, and what it keeps in memory. */
export type ReportConfig = Pick<Config, 'dataDir' | 'timeZone' | 'streamPrefix' | 'eventStoreUrl' | 'mongoUrl' | 'masterKey' | 'keptRows'>;

/** What the thread is told when it begins. */
export interface ReportWork {
  readonly config: ReportConfig;
  /** Of each question that may be asked at the same time: 1 where nobody waits for it any more. */
  readonly gone: Int32Array;
}

/** Rows of deals that are kept in memory; none: 0 of both. */
export interface KeptSize {
  readonly rows: number;
  readonly bytes: number;
}

export type ToReports =
  | {
      readonly kind: 'ask';
      readonly id: number;
      /** Its place in `gone`. */
      readonly place: number;
      readonly name: FollowingName;
      readonly query: unknown;
      readonly zone: string;
      readonly readPersonal: boolean;
    }
  /** Reads the rows of deals before anybody asks; there will be so many. */
  | { readonly kind: 'warm'; readonly id: number; readonly rows: number }
  /** The answer to what the thread has asked. */
  | { readonly kind: 'told'; readonly id: number; readonly told: unknown }
  | { readonly kind: 'stop' };

/** What the thread asks the one that serves, which has the models' keeper and the timeline index. */
export interface AskedBack {
  waitFor(position: Position, timeoutMs: number, models: readonly string[]): Promise<'reached' | 'late' | 'parked'>;
  /** Undefined: it cannot tell. */
  firstInstant(knownAt: number): Promise<EpochMs | null | undefined>;
}

export type FromReports =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown; readonly kept: KeptSize }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorTold; readonly kept: KeptSize }
  | { readonly kind: 'asks'; readonly id: number; readonly what: keyof AskedBack; readonly with: readonly unknown[] };
