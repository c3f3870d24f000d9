import { existsSync, readFileSync } from 'node:fs';
import { BETTERED, BETTERED_IN_PART, NOT_REPEATED } from './deviations.js';
import { moreCase } from './more-cases.js';
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
  /^(subscribe stream\/(from|long)|subscribe \$all\/from END|subscribe \$all filtered|metadata\/(maxCount|truncateBefore|maxAge)|persistent\/(startFrom|nack skip|message timeout|two consumers|truncated and|consumer crash|restart sub|checkpoint and|retry order|long history|to \$all|ack twice|delete \$all))/;

/** Cases of which the repetition brings a part, compared with that part of the record. */
const IN_PART =
  /^(append raw\/|append empty\/batch|append\/throw|append size\/bound|batchAppend raw\/(half|wrong|frag|deadline|bad)|tombstone\/then|metadata\/(set|neg|the)|subscribe \$all\/from position is|persistent\/update|restart\/)/;

/** An answer of BatchAppend as the repetition writes it: which append it is of, its stream, and the outcome. */
function batchAnswer(recorded: unknown, of = 0): unknown {
  if (typeof recorded !== 'object' || recorded === null) return recorded;
  const { response, stream_identifier: stream, success, error } = recorded as Record<string, Record<string, unknown> | undefined>;
  if (response !== undefined) return batchAnswer(response);
  if (stream === undefined) return recorded;
  const { message, details } = error ?? {};
  return { of, stream: stream['stream_name'], ...(success && { success }), ...(error && { error: { message, details } }) };
}

/** Of the record, the parts that `seen` has. */
function partOf(recorded: unknown, seen: unknown): unknown {
  if (Array.isArray(recorded)) return recorded.filter((entry) => entry !== '<<probe stopped>>').map((entry) => batchAnswer(entry));
  if (typeof recorded !== 'object' || recorded === null || typeof seen !== 'object' || seen === null) return recorded;
  const known = recorded as Record<string, unknown>;
  const part = (key: string): unknown => (Array.isArray(known[key]) ? partOf(known[key], undefined) : batchAnswer(known[key]));
  return Object.fromEntries(Object.keys(seen).map((key) => [key, part(key)]));
}

/** Which of several appends an answer is of is told by its stream. */
function withoutOrder(seen: unknown): unknown {
  if (Array.isArray(seen)) return seen.map(withoutOrder);
  if (typeof seen !== 'object' || seen === null) return seen;
  const { of: _of, ...rest } = seen as Record<string, unknown>;
  return Object.getPrototypeOf(seen) === Object.prototype
    ? Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, withoutOrder(value)]))
    : seen;
}

/** Without the real server's own buffers, and without what is bettered in this case. */
function withoutBuffers(value: unknown, bettered: readonly string[] = []): unknown {
  if (Array.isArray(value)) return value.map((member) => withoutBuffers(member, bettered));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'liveBufferCount' && !bettered.includes(key));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutBuffers(member, bettered)]));
}

describe('the protocol server answers what a real server answered', () => {
  let probe: Probe;
  beforeAll(async () => {
    probe = new Probe();
    await probe.start();
  });
  afterAll(async () => probe.stop());

  if (recorded.length === 0) {
    it(`(not run: ${FILE} is missing)`, () => expect(existsSync(FILE)).toBe(false));
  } else {
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
      const bettered = [...(BETTERED_IN_PART.get(name)?.keys() ?? [])];
      expect(normalised(withoutBuffers(seen, bettered))).toEqual(normalised(withoutBuffers(compared, bettered)));
      if (bettered.length > 0) expect(normalised(withoutBuffers(seen))).not.toEqual(normalised(withoutBuffers(compared)));
    });
    it.each(recorded.filter((known) => IN_PART.test(known.case)))('$case: $request', async ({ case: name, outcome }) => {
      const seen = await moreCase(probe, name);
      if (seen === undefined) throw new Error(`nothing repeats ${name}`);
      const [ours, known] = [normalised(withoutOrder(seen)), normalised(withoutOrder(partOf(outcome, seen)))];
      if (BETTERED.has(name)) expect(ours).not.toEqual(known);
      else expect(ours).toEqual(known);
    });
  }

  it('accounts for every recorded case once: repeated, or listed with the reason why not', () => {
    const kinds = [REPEATED, FOLLOWED, IN_PART];
    const count = (name: string): number => kinds.filter((kind) => kind.test(name)).length + (NOT_REPEATED.has(name) ? 1 : 0);
    expect(recorded.filter((known) => count(known.case) !== 1).map((known) => known.case)).toEqual([]);
    const names = new Set(recorded.map((known) => known.case));
    if (names.size > 0)
      expect([...BETTERED.keys(), ...BETTERED_IN_PART.keys(), ...NOT_REPEATED.keys()].filter((name) => !names.has(name))).toEqual([]);
  });
});
