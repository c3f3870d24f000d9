import type { Logger } from 'pino';
import type { ProjectorNote } from '../../libs/projection-engine/notes.js';

/** Writes down what a projector tells. */
export function projectorNotes(log: Logger): (note: ProjectorNote) => void {
  return (note) => {
    switch (note.kind) {
      case 'committed':
        if (log.isLevelEnabled('trace')) log.trace({ partitions: note.members.map(nameOf), rows: note.rows }, 'a page was committed');
        return;
      case 'failed':
        return log.error({ error: note.error }, 'the projector gave up');
      case 'stopped':
        return log.error({ partition: nameOf(note.member), error: note.error }, 'a read model does not go on');
      case 'parked': {
        const { model, version, stream, position, error, attempts } = note.parked;
        return log.error({ model, version, stream, position, error, attempts }, 'a stream was parked');
      }
      case 'store-unavailable':
        return log.warn({ error: note.error, attempt: note.attempt }, 'a store cannot be reached');
      case 'page-taken-apart':
        return log.warn({ error: note.error }, 'a page was refused and taken event by event');
      case 'build-came-back':
        return log.warn({ error: note.error }, 'a rebuild goes on in the main thread');
      case 'switched':
        return log.info({ model: note.name, version: note.version }, 'readers are switched to the new rows');
      case 'taken-on':
      case 'let-go':
        return log.info({ partitions: note.members.map(nameOf) }, note.kind);
    }
  };
}

interface Kept {
  readonly model: { readonly name: string; readonly version: number };
  readonly partition: number;
}

export function nameOf({ model, partition }: Kept): string {
  return `${model.name}@${model.version}/${partition}`;
}
