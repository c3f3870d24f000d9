import { randomUUID } from 'node:crypto';
import type { CommandHandling } from '../../command-handling/command-handling.js';
import type { CommandContext, StepOptions, StreamOutcome, StreamSteps } from '../../command-handling/command.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { Place } from '../reconciling/moment.js';
import type { ReportBook } from '../report/import-report.js';

/** Carries out the import's commands under its actor, and books what came of them. In a dry run it carries out nothing. */
export class Writer {
  readonly base: Pick<CommandContext, 'actor' | 'correlationId'>;

  constructor(
    source: string,
    private readonly commands: Pick<CommandHandling, 'executeStreams'>,
    readonly book: ReportBook,
    readonly dry: boolean,
  ) {
    this.base = { actor: { id: source, kind: 'import' }, correlationId: randomUUID() };
  }

  /** For every fact of an import, so written out: spreading was several times dearer. */
  context(importHash: string, effectiveAt: EpochMs | undefined, dated = true): CommandContext {
    const { actor, correlationId } = this.base;
    if (effectiveAt === undefined) return dated ? { actor, correlationId, importHash } : { actor, correlationId, importHash, dated };
    if (dated) return { actor, correlationId, importHash, effectiveAt };
    return { actor, correlationId, importHash, effectiveAt, dated };
  }

  async execute(
    requests: readonly StreamSteps[],
    options: Required<Pick<StepOptions, 'onRefusal' | 'after'>>,
  ): Promise<readonly StreamOutcome[]> {
    if (this.dry || requests.length === 0) return [];
    const outcomes = await this.commands.executeStreams(requests, { ...options, keep: false });
    const { book } = this;
    for (const { steps, position } of outcomes) {
      let appended = 0;
      for (const step of steps) if (step.status === 'appended') appended += step.events.length;
      book.events += appended;
      if (appended > 0 && (book.position === null || position > book.position)) book.position = position;
    }
    return outcomes;
  }

  odd(place: Place, reason: string): void {
    this.book.find('odd', place, reason);
  }

  refuse(place: Place, reason: string): void {
    this.book.find('refused', place, reason);
  }
}
