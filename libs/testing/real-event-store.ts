import { randomUUID } from 'node:crypto';

/** The EventStoreDB that `EVENTSTORE_URL` aims the suites at, for a log under a prefix of its own there; undefined: start one. */
export function realEventStore(): { readonly url: string; readonly streamPrefix: string } | undefined {
  const url = process.env['EVENTSTORE_URL'];
  return url === undefined || url === '' ? undefined : { url, streamPrefix: `t${randomUUID().replaceAll('-', '')}` };
}
