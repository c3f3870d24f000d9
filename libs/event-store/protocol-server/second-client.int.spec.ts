import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { jarsOf, javaIsThere, testingSources } from '../../testing/java-jars.js';
import { checkForContract } from '../contract/event-store.contract.js';
import { openLogFile } from '../sqlite/log-file.js';
import { startProtocolServer } from './protocol-server.js';

// What com.eventstore:db-client-java 5.4.5 sees: another client, in another language, with its own reading of the protocol.
const EXPECTED = [
  'append to a new stream, none expected: 1',
  'the same again: 1',
  'another, none expected: WrongExpectedVersionException',
  'the right revision expected: 2',
  'a revision too high: WrongExpectedVersionException',
  'any: 3',
  'any, the same again: 3',
  'existing: 4',
  'existing, where there is none: WrongExpectedVersionException',
  'more than a megabyte: StatusRuntimeException',
  'forwards: First,Second,Third,Fourth,Fifth',
  'forwards from 3: Fourth,Fifth',
  'backwards, two: Fifth,Fourth',
  'a missing stream: StreamNotFoundException',
  '$all forwards, three: First,Second,Third',
  '$all backwards, two: Fifth,Fourth',
  "$all from the third's place: Third",
  'metadata set: 0',
  'metadata read: 2',
  'at most two visible: Fourth,Fifth',
  'metadata replaced: 1',
  'truncated before 4: Fifth',
  'a stream, followed before it is there: A,B,caught up',
  '$all, from now on: caught up',
  '$all, filtered by stream: Shown',
  'a checkpoint comes: checkpoint',
  'soft delete: true',
  'deleted, read: StreamNotFoundException',
  'deleted, written again: 1',
  'begun again, read: New',
  'tombstone: true',
  'gone for good, read: StatusRuntimeException',
  'gone for good, written: StreamDeletedException',
  'delete at a wrong revision: WrongExpectedVersionException',
  'a group: true',
  'the same group: StatusRuntimeException',
  'delivered, one refused and retried, one parked: A 0, B 0, B 1, C 0',
  'list: 1',
  'parked: $>',
  'replay: true',
  'delivered again: C replayed 0',
  'info: g',
  'the group deleted: true',
  'info of none: false',
  'a category: 0:0@deal-1,1:0@deal-2,2:1@deal-2,3:1@deal-1',
  'a category, resolved: 0=Opened@deal-1,1=Opened@deal-2,2=Lost@deal-2,3=Won@deal-1',
  'a category from 1, two: 1=Opened@deal-2,2=Lost@deal-2',
  'a category backwards, two: 3:1@deal-1,2:1@deal-2',
  'a type: 0=Opened@deal-1,1=Opened@deal-2',
  'the streams: 0:0@deal-1,1:0@company-1,2:0@deal-2',
  'a category of others: StreamNotFoundException',
  'a category, written: StatusRuntimeException',
  'a category, followed from 1: $>,$>,caught up',
  'a category, live: $>',
  'a group on a type: 0=Opened@deal-1, 1=Opened@deal-2, 2=Opened@deal-3',
];

describe('a second, independent client', () => {
  if (!javaIsThere()) {
    it('(not run: Java 17 and Maven are not on the PATH)', () => expect(javaIsThere()).toBe(false));
    return;
  }

  it('writes, reads, subscribes, deletes and competes for events as with a real server', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'dealtrail-second-'));
    const clock = { now: () => Date.now() };
    const log = openLogFile({ file: join(dir, 'log.db'), clock });
    const server = await startProtocolServer({ log, clock, ownCategories: { kind: 'checked', checkStored: checkForContract }, port: 0 });
    const main = join(testingSources, 'java-client', 'SecondClient.java');
    const classes = join(await jarsOf('java-client'), '*');
    const { stdout } = await promisify(execFile)('java', ['-XX:TieredStopAtLevel=1', '-cp', classes, main, server.connectionString]);
    await server.stop();
    log.close();
    rmSync(dir, { recursive: true });
    expect(stdout.trimEnd().split('\n')).toEqual(EXPECTED);
  }, 120_000);
});
