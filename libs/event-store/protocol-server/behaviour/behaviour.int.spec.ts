import { existsSync, readFileSync } from 'node:fs';
import { BETTERED } from './deviations.js';
import { Probe, normalised } from './probe.js';
import { followCase } from './follow-cases.js';
import { readCase } from './read-cases.js';
import { writeCase } from './write-cases.js';

// What a real server (23.10.8) answered. The file stands beside the repository, as the data set does.
const FILE = '../shared/eventstoredb-behaviour.json';
const recorded = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as { case: string; request: string; outcome: unknown }[]) : [];

/** Families whose cases are repeated from their names. */
const REPEATED =
  /^(append\/(batch|plain)\/|append\/concurrent|idempotency\/|append empty\/plain|append size\/(batch|plain)|names\/|read stream\/|read missing|read raw|\$all filtered|\$all\/metadata|deleteStream\/|tombstoneStream\/(existing|missing|append|\$all)|raw |tombstone\/after|metadata\/on)/;

/** Cases whose answer is compared in the parts that the repetition brings: rates and the server's own buffers are left out. */
const FOLLOWED =
  /^(subscribe stream\/(from|long)|subscribe \$all\/from END|subscribe \$all filtered|metadata\/(maxCount|truncateBefore|maxAge)|persistent\/(startFrom|nack skip|message timeout|two consumers|truncated and|consumer crash|restart sub|checkpoint and|retry order|long history))/;

describe('the protocol server answers what a real server answered', () => {
  let probe: Probe;
  beforeAll(async () => {
    probe = new Probe();
    await probe.start();
  });
  afterAll(async () => probe.stop());

  if (recorded.length === 0) {
    it(`(not run: ${FILE} is missing)`, () => expect(existsSync(FILE)).toBe(false));
  }

  it.each(recorded.filter((known) => REPEATED.test(known.case)))('$case: $request', async ({ case: name, outcome }) => {
    const seen = (await writeCase(probe, name)) ?? (await readCase(probe, name));
    expect(seen).toBeDefined();
    if (BETTERED.has(name)) expect(normalised(seen)).not.toEqual(normalised(outcome));
    else expect(normalised(seen)).toEqual(normalised(outcome));
  });
  it.each(recorded.filter((known) => FOLLOWED.test(known.case)))('$case: $request', async ({ case: name, outcome }) => {
    const seen = await followCase(probe, name);
    if (seen === undefined) throw new Error(`nothing repeats ${name}`);
    const known = outcome as Record<string, unknown>;
    const compared = Array.isArray(seen) ? outcome : Object.fromEntries(Object.keys(seen).map((key) => [key, known[key]]));
    expect(normalised(seen)).toEqual(normalised(compared));
  });
});
