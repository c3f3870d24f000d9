import type { Mapping } from '../mapping/mapping.js';
import { CellProblem } from '../reading/cell.js';
import type { Hashing } from '../reconciling/fact-hash.js';
import { factHash } from '../reconciling/fact-hash.js';
import type { Place } from '../reconciling/moment.js';
import type { ReferenceKind, References } from '../translating/deal-attributes.js';
import type { Identities } from '../translating/identities.js';
import type { Register, RegisterStep } from '../translating/registers.js';
import { namedRegister } from '../translating/registers.js';
import type { Registration, RegistrationStep, Stretches } from './stretch.js';

/** People, companies, products and campaigns of one import: what its files list, and what its deals name beside that. */
export class ReadRegisters implements References {
  /** By kind and id: the key that it was made of. */
  private readonly known = new Map<string, string>();
  /** Employees that own a deal of this import. */
  readonly owners = new Set<string>();

  constructor(
    private readonly mapping: Mapping,
    private readonly identities: Identities,
    private readonly hashing: Hashing,
    private readonly stretches: Stretches,
  ) {}

  /** A row of the thing's own file. @throws CellProblem where another one has its id already */
  add(register: Register): void {
    this.mustBeAlone(register);
    this.known.set(`${register.kind}/${register.id}`, register.key);
    this.stretches.register(this.registration(register));
  }

  resolve(kind: ReferenceKind, name: string, place: Place): string {
    const section = this.section(kind);
    const id = this.identities.by(section?.id ?? (kind === 'employee' || kind === 'contact' ? 'hash' : 'slug'), name);
    const known = this.known.get(`${kind}/${id}`);
    if (known === undefined) {
      // A file's own column may name people who have no row of their own, such as managers; a deal should not.
      if (section !== undefined && section.file !== place.file)
        this.stretches.find('odd', place, `not in ${section.file}: registered by its name alone`);
      this.known.set(`${kind}/${id}`, name);
      this.stretches.register(this.registration(namedRegister(kind, id, name, place)));
    } else if (known !== name) this.mustBeAlone({ kind, id, key: name, place });
    if (kind === 'employee' && section?.file !== place.file) this.owners.add(id);
    return id;
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

  private registration(register: Register): Registration {
    if (register.steps.length === 0) throw new TypeError(`${register.kind} ${register.id} without a fact`);
    return { place: register.place, steps: register.steps.map((step) => this.step(register, step)) };
  }

  private step(register: Register, { command, fact, value, effectiveAt, otherwise }: RegisterStep): RegistrationStep {
    const hash = (of: string): string => this.hash(register, of, effectiveAt ?? null, value);
    return {
      ...{ command, importHash: hash(fact) },
      ...(effectiveAt === undefined ? {} : { effectiveAt }),
      ...(otherwise === undefined
        ? {}
        : { otherwise: otherwise.map((other, i) => ({ command: other, importHash: hash(i === 0 ? fact : `${fact}/${i}`) })) }),
    };
  }

  private hash({ kind, key }: Register, fact: string, at: number | null, value: unknown): string {
    return factHash(this.hashing.logKey, this.hashing.source, `${kind}/${key}`, fact, at, value);
  }
}
