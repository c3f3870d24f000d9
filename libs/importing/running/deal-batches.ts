import type { StreamSteps } from '../../command-handling/command.js';
import type { CommandHandling } from '../../command-handling/command-handling.js';
import type { StreamName } from '../../domain/shared/ids.js';
import { streamName } from '../../domain/shared/ids.js';
import type { PlannedStep } from '../reconciling/deal-plan.js';
import type { Place, SaidOfDeal } from '../reconciling/moment.js';
import type { ReconcileContext } from '../reconciling/reconcile.js';
import { reconcile } from '../reconciling/reconcile.js';
import type { Registering } from './registering.js';
import type { Writer } from './writer.js';

/** About so many events go into one commit: more gain little, and make a killed import do more again. */
const EVENTS_A_COMMIT = 2_000;

interface Waiting {
  readonly said: SaidOfDeal;
  readonly stream: StreamName;
  /** The row, where the deal is one row. */
  readonly place: Place | undefined;
}

/** Gathers deals and writes many with one commit, while the next ones are read. One deal's events of one reading are one atomic append. */
export class DealBatches {
  private waiting: Waiting[] = [];
  private facts = 0;
  private readonly inBatch = new Set<StreamName>();
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly commands: Pick<CommandHandling, 'history'>,
    private readonly writer: Writer,
    private readonly registering: Registering,
    private readonly context: ReconcileContext,
  ) {}

  async add(said: SaidOfDeal, place?: Place): Promise<void> {
    const stream = streamName('deal', said.id);
    // A deal that comes twice is decided on what its first row made.
    if (this.inBatch.has(stream)) await this.send();
    this.inBatch.add(stream);
    this.waiting.push({ said, stream, place });
    for (const moment of said.moments) this.facts += moment.said.length;
    if (this.facts >= EVENTS_A_COMMIT) await this.send();
  }

  /** Everything given so far is written when it returns. */
  async finish(): Promise<void> {
    await this.send();
    await this.writing;
  }

  private async send(): Promise<void> {
    const batch = this.waiting;
    this.waiting = [];
    this.facts = 0;
    this.inBatch.clear();
    // One batch is written while the next is read, never two: deals of one batch may be in the other.
    await this.writing;
    this.writing = this.write(batch);
    // Awaited by the next batch or by finish; until then a failure is not unhandled.
    this.writing.catch(() => undefined);
  }

  private async write(batch: readonly Waiting[]): Promise<void> {
    if (this.writer.dry) return;
    await this.registering.flush();
    const requests: StreamSteps[] = [];
    const sources: { readonly waiting: Waiting; readonly steps: readonly PlannedStep[] }[] = [];
    for (const waiting of batch) {
      const { steps, remarks } = reconcile(waiting.said, await this.commands.history(waiting.stream), this.context);
      for (const { kind, place, reason } of remarks) this.writer.book.find(kind, place, reason);
      if (steps.length === 0) {
        this.unchanged(waiting);
        continue;
      }
      sources.push({ waiting, steps });
      requests.push({
        stream: waiting.stream,
        steps: steps.map(({ command, effectiveAt, dated, importHash }) => ({
          command,
          context: this.writer.context(importHash, effectiveAt, dated),
        })),
      });
    }
    const atomic = batch[0]?.said.claim === 'happened';
    const outcomes = await this.writer.execute(requests, atomic ? 'nothing' : 'rest');
    outcomes.forEach((outcome, i) => {
      const source = sources[i];
      if (source === undefined) return;
      let appended = false;
      outcome.steps.forEach((step, n) => {
        const place = source.steps[n]?.place;
        if (step.status === 'refused' && place !== undefined) this.writer.refuse(place, step.error.message);
        if (step.status !== 'appended') return;
        appended = true;
        if (source.steps[n]?.command.type === 'RegisterRequest') this.writer.book.newDeals += 1;
      });
      if (!appended && outcome.steps.every((step) => step.status !== 'refused')) this.unchanged(source.waiting);
    });
  }

  private unchanged({ said, place }: Waiting): void {
    if (place !== undefined) {
      if (!this.writer.book.isRefused(place)) this.writer.book.unchanged(place.file);
      return;
    }
    const rows = new Set(said.moments.flatMap((moment) => moment.said.map(({ place: { line } }) => line)));
    const file = said.moments[0]?.said[0]?.place.file;
    if (file !== undefined) rows.forEach(() => this.writer.book.unchanged(file));
  }
}
