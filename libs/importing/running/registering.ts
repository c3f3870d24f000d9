import type { StreamSteps } from '../../command-handling/command.js';
import { streamOf } from '../../domain/commands.js';
import type { Command } from '../../domain/commands.js';
import { Refusal } from '../../domain/shared/refusal.js';
import type { Mapping } from '../mapping/mapping.js';
import { CellProblem } from '../reading/cell.js';
import { factHash } from '../reconciling/fact-hash.js';
import type { Place } from '../reconciling/moment.js';
import type { ReferenceKind, References } from '../translating/deal-attributes.js';
import type { Identities } from '../translating/identities.js';
import type { Register } from '../translating/registers.js';
import { namedRegister } from '../translating/registers.js';
import type { Writer } from './writer.js';

/** People, companies, products and campaigns of one import: what its files list, and what its deals name beside that. */
export class Registering implements References {
  private queue: Register[] = [];
  /** By kind and id: the key that it was made of. */
  private readonly known = new Map<string, string>();
  /** Employees that own a deal of this import. */
  readonly owners = new Set<string>();

  constructor(
    private readonly mapping: Mapping,
    private readonly identities: Identities,
    private readonly writer: Writer,
    private readonly logKey: Buffer,
  ) {}

  /** A row of the thing's own file. @throws CellProblem where another one has its id already */
  add(register: Register): void {
    this.mustBeAlone(register);
    this.known.set(`${register.kind}/${register.id}`, register.key);
    this.queue.push(register);
  }

  resolve(kind: ReferenceKind, name: string, place: Place): string {
    const section = this.section(kind);
    const id = this.identities.by(section?.id ?? (kind === 'employee' || kind === 'contact' ? 'hash' : 'slug'), name);
    const known = this.known.get(`${kind}/${id}`);
    if (known === undefined) {
      // A file's own column may name people who have no row of their own, such as managers; a deal should not.
      if (section !== undefined && section.file !== place.file)
        this.writer.odd(place, `not in ${section.file}: registered by its name alone`);
      this.known.set(`${kind}/${id}`, name);
      this.queue.push(namedRegister(kind, id, name, place));
    } else if (known !== name) this.mustBeAlone({ kind, id, key: name, place });
    if (kind === 'employee' && section?.file !== place.file) this.owners.add(id);
    return id;
  }

  /** Writes what is waiting: before the deals that name it. */
  async flush(): Promise<void> {
    const waiting = this.queue;
    this.queue = [];
    if (waiting.length === 0) return;
    const requests = waiting.map((register) => this.request(register));
    const outcomes = await this.writer.execute(requests, 'rest');
    const again: { request: StreamSteps; register: Register }[] = [];
    outcomes.forEach((outcome, i) => {
      const register = waiting[i];
      if (register === undefined) return;
      outcome.steps.forEach((step, n) => {
        if (step.status !== 'refused') return;
        const { otherwise } = register.steps[n] ?? {};
        if (otherwise !== undefined && step.error instanceof Refusal && step.error.code.endsWith('/already-registered')) {
          again.push({ register, request: this.otherwise(register, n, otherwise) });
        } else if (n === 0 || outcome.steps[0]?.status !== 'refused') this.writer.refuse(register.place, step.error.message);
      });
    });
    if (again.length === 0) return;
    const second = await this.writer.execute(
      again.map(({ request }) => request),
      'rest',
    );
    second.forEach((outcome, i) => {
      const refused = outcome.steps.find((step) => step.status === 'refused');
      const place = again[i]?.register.place;
      if (refused !== undefined && place !== undefined) this.writer.refuse(place, refused.error.message);
    });
  }

  private mustBeAlone({ kind, id, key, place }: Pick<Register, 'kind' | 'id' | 'key' | 'place'>): void {
    const other = this.known.get(`${kind}/${id}`);
    if (other === undefined || other === key) return;
    throw new CellProblem(`"${key}" and "${other}" would both be ${kind} ${id}; use id: key for them`, place.column);
  }

  private section(kind: ReferenceKind) {
    switch (kind) {
      case 'employee':
        return this.mapping.employees;
      case 'company':
        return this.mapping.companies;
      case 'contact':
        return this.mapping.contacts;
      case 'product':
        return this.mapping.products;
      case 'campaign':
        return undefined;
    }
  }

  private request(register: Register): StreamSteps {
    const first = register.steps[0]?.command;
    if (first === undefined) throw new TypeError(`${register.kind} ${register.id} without a fact`);
    return {
      stream: streamOf(first),
      steps: register.steps.map((step) => ({
        command: step.command,
        context: this.writer.context(this.hash(register, step.fact, step.effectiveAt ?? null, step.value), step.effectiveAt),
      })),
    };
  }

  private otherwise(register: Register, n: number, commands: readonly Command[]): StreamSteps {
    const { fact = '', effectiveAt = undefined, value = undefined } = register.steps[n] ?? {};
    const stream = streamOf(register.steps[n]?.command ?? (commands[0] as Command)); // a step has a command
    return {
      stream,
      steps: commands.map((command, i) => ({
        command,
        context: this.writer.context(this.hash(register, i === 0 ? fact : `${fact}/${i}`, effectiveAt ?? null, value), effectiveAt),
      })),
    };
  }

  private hash({ kind, key }: Register, fact: string, at: number | null, value: unknown): string {
    return factHash(this.logKey, this.mapping.source, `${kind}/${key}`, fact, at, value);
  }
}
