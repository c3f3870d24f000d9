import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, START, jsonEvent } from '@eventstore/db-client';
import { openLogFile } from '../sqlite/log-file.js';
import { startProtocolServer } from './protocol-server.js';

const clock = { now: () => Date.now() };

it('a subscriber that goes on from the position it kept sees every event once, over a restart of the server', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'dealtrail-resume-'));
  const seen: number[] = [];
  let from: typeof START | { commit: bigint; prepare: bigint } = START;
  for (let round = 0; round < 3; round += 1) {
    const log = openLogFile({ file: join(dir, 'log.db'), clock });
    const server = await startProtocolServer({ log, clock, ownCategories: { kind: 'refused' }, port: 0 });
    const client = EventStoreDBClient.connectionString(server.connectionString);
    const events = Array.from({ length: 600 }, (_, index) => jsonEvent({ type: 'T', data: { number: round * 600 + index } }));
    await client.appendToStream('resumed-1', events);
    // Ends in the middle of what is there: the rest comes after the restart.
    const until = round === 2 ? 1_800 : round * 600 + 350;
    for await (const { event } of client.subscribeToAll({ fromPosition: from })) {
      if (event?.streamId !== 'resumed-1') continue;
      seen.push((event.data as { number: number }).number);
      if (event.position !== undefined) from = event.position;
      if (seen.length === until) break;
    }
    await client.dispose();
    await server.stop();
    log.close();
  }
  rmSync(dir, { recursive: true });
  expect(seen).toEqual(Array.from({ length: 1_800 }, (_, index) => index));
});
