import type { ModelLag } from '../../libs/projection-engine/lag.js';
import type { IndexStatus } from '../../projections/timeline/indexed-states.js';
import type { ShownSetting } from '../wiring/configuration-shown.js';

/** `note`: worth knowing; `problem`: something does not work; `damage`: what is stored cannot be read. */
export interface Finding {
  readonly severity: 'note' | 'problem' | 'damage';
  readonly what: string;
  /** What to do about it. */
  readonly cure: string;
}

export interface LogHealth {
  readonly store: 'embedded' | 'EventStoreDB';
  readonly logId: string;
  readonly keyStoreId: string;
  readonly position: string;
  readonly recordedAt: string;
  /** How far the last event's `recordedAt` lies ahead of this machine's clock, in seconds; 0 where it does not. */
  readonly aheadOfClockSeconds: number;
}

/** The timeline index of this process, and the snapshot file that the next one starts from. */
export interface IndexHealth extends Omit<IndexStatus, 'size'> {
  readonly rows: number;
  readonly deals: number;
  readonly bytes: number;
  /** Null where it is not loaded. */
  readonly position: number | null;
  /** Positions of the log between it and the read models; null where it is not loaded. */
  readonly behind: number | null;
  readonly snapshotFile: SnapshotFileHealth | null;
}

export interface SnapshotFileHealth {
  /** `of another history`: of another log or model version, which the next start notices and makes anew. */
  readonly state: 'fits' | 'torn' | 'of another history';
  readonly bytes: number;
  readonly position: number | null;
}

export interface KeptRowsHealth {
  readonly rows: number;
  readonly bytes: number;
  /** Where there are more, none are kept (`DEALTRAIL_KEPT_ROWS`). */
  readonly most: number;
}

/** A file of the data directory. */
export interface FileSize {
  readonly file: string;
  readonly bytes: number;
}

export interface DoctorAnswer {
  readonly report: 'doctor';
  readonly process: { readonly pid: number; readonly node: string; readonly residentBytes: number; readonly upSeconds: number };
  readonly configuration: readonly ShownSetting[];
  readonly log: LogHealth;
  readonly readStore: { readonly store: 'embedded' | 'MongoDB'; readonly parked: number };
  /** Empty beside an owner without an HTTP address: only the owner can tell. */
  readonly models: readonly ModelLag[];
  readonly index: IndexHealth;
  /** Rows of deals in memory for reports that follow deals; null where this process keeps none. */
  readonly keptRows: KeptRowsHealth | null;
  readonly files: readonly FileSize[];
  /** Of the disk that the data directory lies on; null where nothing lies there. */
  readonly disk: { readonly freeBytes: number; readonly bytes: number } | null;
  readonly findings: readonly Finding[];
}
