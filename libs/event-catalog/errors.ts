/** Where in an event, and what was expected there: `/data/value/minor`, `Expected integer`. */
export interface SchemaFault {
  readonly path: string;
  readonly message: string;
}

/** An event whose data or metadata does not fit the catalog, or that holds clear text in a personal field. Nothing was appended. */
export class InvalidEvent extends Error {
  override readonly name: string = 'InvalidEvent';
  constructor(
    message: string,
    readonly faults: readonly SchemaFault[] = [],
  ) {
    super(message);
  }
}

/** A type or schema version that this version of Dealtrail does not know: never skipped silently, the cure is an upgrade. */
export class UnknownEventType extends InvalidEvent {
  override readonly name = 'UnknownEventType';
  constructor(
    readonly type: string,
    readonly schemaVersion: unknown,
    known: string,
  ) {
    super(`event type ${type} in schema version ${String(schemaVersion)} is unknown here (${known}): this log needs a newer Dealtrail`);
  }
}
