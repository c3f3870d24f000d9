import { parentPort, workerData } from 'node:worker_threads';
import { followCommits } from '../../libs/event-store/sqlite/commit-channel.js';
import type { Member } from '../../libs/projection-engine/member.js';
import type { ProjectorNote } from '../../libs/projection-engine/notes.js';
import type { Projector } from '../../libs/projection-engine/projector.js';
import { openProjector } from '../../libs/projection-engine/projector.js';
import { buildInWorker, openEmbedded } from './build-elsewhere.js';
import type { Asked, FromProjector, KeptTold, ProjectorWork, ToProjector } from './projector-messages.js';
import { OPENING } from './projector-messages.js';
import { projections } from './projections.js';
import { errorTold } from './thread-errors.js';

/** Keeps the embedded read models, by connections of its own, for the process that serves. Ends when it was stopped. */
const { stores, traced, looking } = workerData as ProjectorWork; // what `openProjectorThread` hands in
const port = parentPort;
if (port === null) throw new TypeError('read models are kept by a thread that was begun for it');

/** Pages that were committed are told some at a time: each message costs the thread that serves. */
const TELL_MS = 100;
let notes: ProjectorNote[] = [];
let telling: NodeJS.Timeout | undefined;

function tellNotes(): void {
  clearTimeout(telling);
  telling = undefined;
  if (notes.length === 0) return;
  port?.postMessage({ kind: 'notes', notes } satisfies FromProjector);
  notes = [];
}

function note(one: ProjectorNote): void {
  notes.push(plain(one));
  if (one.kind !== 'committed') tellNotes();
  else telling ??= setTimeout(tellNotes, TELL_MS);
}

function tell(message: FromProjector): void {
  tellNotes();
  port?.postMessage(message);
}

// Whoever writes says when the log has grown; without that it is looked for once a second.
const { eventStore, readStore, close } = openEmbedded(stores, { pollMs: 1_000 });
const projector = await openProjector({
  ...{ eventStore, readStore, projections, buildElsewhere: buildInWorker(stores, note) },
  note,
}).catch(async (error: unknown) => {
  tell({ kind: 'failed', id: OPENING, error: errorTold(error) });
  await close();
  return null;
});

/** Whoever waits for something new looks for it. */
const hasGrown = (): void => eventStore.log.committedElsewhere([]);
const stopFollowing = followCommits(stores.log, hasGrown);

if (projector !== null) {
  port.on('message', (message: ToProjector) => {
    if (message.kind === 'look') {
      // Before looking: a commit that comes while it looks asks again.
      Atomics.store(looking, 0, 0);
      hasGrown();
    } else if (message.kind === 'start') projector.start();
    else void answer(projector, message);
  });
  tell({ kind: 'answer', id: OPENING, answer: undefined });
}

async function answer(asked: Projector, { id, what, with: args }: Extract<ToProjector, { kind: 'ask' }>): Promise<void> {
  try {
    tell({ kind: 'answer', id, answer: await ask(asked, what, args) });
  } catch (error) {
    tell({ kind: 'failed', id, error: errorTold(error) });
  }
  if (what !== 'stop') return;
  stopFollowing();
  port?.close();
}

async function ask(asked: Projector, what: keyof Asked, args: readonly unknown[]): Promise<unknown> {
  if (what === 'members') return asked.members().map(kept);
  if (what === 'stop') {
    await asked.stop();
    return close();
  }
  // A method of the projector with the arguments that its caller gave it, type-checked there.
  return (asked[what] as (...given: readonly unknown[]) => Promise<unknown>)(...args);
}

/** Without what does not cross threads. */
function plain(note: ProjectorNote): ProjectorNote {
  switch (note.kind) {
    case 'committed':
      return { ...note, members: note.members.map(told), events: traced ? note.events : [] };
    case 'taken-on':
    case 'let-go':
      return { ...note, members: note.members.map(told) };
    case 'stopped':
      return { ...note, member: told(note.member) };
    default:
      return note;
  }
}

/** Whoever reads notes asks a member for no more. */
function told(member: Member): Member {
  return kept(member) as Member;
}

function kept({ model: { name, version }, partition }: Member): KeptTold {
  return { model: { name, version }, partition };
}
