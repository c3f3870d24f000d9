/** The first of our events in a log, in the stream `log-identity`. Read models, cursors and every basis carry `logId`. */
export type LogIdentified = {
  readonly type: 'LogIdentified';
  readonly data: {
    readonly logId: string;
    /** Which KeyStore holds the personal-data keys: a process with another one does not start. */
    readonly keyStoreId: string;
    /** DEALTRAIL_STREAM_PREFIX, empty by default. */
    readonly streamPrefix: string;
    /** Present where this log is a copy: what the store adds to its own positions of later events. */
    readonly positionOffset?: number;
  };
};
/** The log was copied elsewhere and takes no more. */
export type LogMoved = { readonly type: 'LogMoved'; readonly data: { readonly to: string } };
/** Kept while a demo is being written: an unfinished one is finished, on its clock, before anything else is appended. */
export type DemoStarted = {
  readonly type: 'DemoStarted';
  readonly data: { readonly deals: number; readonly seed: number; readonly endsAt: string; readonly simulatedClock: boolean };
};
export type DemoFinished = { readonly type: 'DemoFinished'; readonly data: { readonly deals: number; readonly seed: number } };
export type LogEvent = LogIdentified | LogMoved | DemoStarted | DemoFinished;
