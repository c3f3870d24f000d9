import type { CommandHandling } from '../../command-handling/command-handling.js';
import type { StreamSteps } from '../../command-handling/command.js';
import { streamName } from '../../domain/shared/ids.js';
import type { PlannedStep } from '../reconciling/deal-plan.js';
import type { ReconcileContext, Remark } from '../reconciling/reconciling.js';
import { reconcile } from '../reconciling/reconcile.js';
import type { DealRead } from './stretch.js';
import type { Writer } from './writer.js';

/**
 * Compares deals with what is recorded of them and writes what is new behind what is written already, with one commit. One deal's events of one reading are one atomic
 * append.
 */
export async function writeDeals(
  deals: readonly DealRead[],
  commands: Pick<CommandHandling, 'history'>,
  writer: Writer,
  context: ReconcileContext,
  after: Promise<void>,
): Promise<void> {
  const requests: StreamSteps[] = [];
  const remarks: Remark[] = [];
  const sources: { readonly deal: DealRead; readonly steps: readonly PlannedStep[] }[] = [];
  const unchanged: DealRead[] = [];
  for (const deal of deals) {
    const stream = streamName('deal', deal.said.id);
    const { steps, remarks: more } = reconcile(deal.said, await commands.history(stream), context);
    remarks.push(...more);
    if (steps.length === 0) {
      unchanged.push(deal);
      continue;
    }
    sources.push({ deal, steps });
    requests.push({
      stream,
      steps: steps.map(({ command, effectiveAt, dated, importHash }) => ({
        command,
        context: writer.context(importHash, effectiveAt, dated),
      })),
    });
  }
  const atomic = deals[0]?.said.claim === 'happened';
  const outcomes = await writer.execute(requests, { onRefusal: atomic ? 'nothing' : 'rest', after });
  await after; // also where there is nothing to write, so that the report tells one thing after the other
  for (const { kind, place, reason } of remarks) writer.book.find(kind, place, reason);
  for (const deal of unchanged) countUnchanged(deal, writer);
  outcomes.forEach((outcome, i) => {
    const source = sources[i];
    if (source === undefined) return;
    let appended = false;
    outcome.steps.forEach((step, n) => {
      const place = source.steps[n]?.place;
      if (step.status === 'refused' && place !== undefined) writer.refuse(place, step.error.message);
      if (step.status !== 'appended') return;
      appended = true;
      if (source.steps[n]?.command.type === 'RegisterRequest') writer.book.newDeals += 1;
    });
    if (!appended && outcome.steps.every((step) => step.status !== 'refused')) countUnchanged(source.deal, writer);
  });
}

function countUnchanged({ said, row }: DealRead, { book }: Writer): void {
  if (row !== undefined) {
    if (!book.isRefused(row)) book.unchanged(row.file);
    return;
  }
  const rows = new Set(said.moments.flatMap((moment) => moment.said.map(({ place: { line } }) => line)));
  const file = said.moments[0]?.said[0]?.place.file;
  if (file !== undefined) rows.forEach(() => book.unchanged(file));
}
