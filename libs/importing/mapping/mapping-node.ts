import type { Document, LineCounter, Node } from 'yaml';

/** One fault of a mapping file: where it stands and what is wrong with it. */
export interface MappingProblem {
  readonly path: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly message: string;
}

/** The mapping cannot be used: nothing was read of the source, nothing was written. */
export class MappingRefused extends Error {
  override readonly name = 'MappingRefused';
  constructor(
    readonly mapping: string,
    readonly problems: readonly MappingProblem[],
  ) {
    super(
      problems
        .map(({ path, line, column, message }) => {
          const place = line === undefined ? mapping : `${mapping}:${line}:${column ?? 1}`;
          return path === '' ? `${place}: ${message}` : `${place} ${path}: ${message}`;
        })
        .join('\n'),
    );
  }
}

type Path = readonly (string | number)[];

/** `deals[0].history[2].at`, as people write it. */
function pathText(path: Path): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`), '');
}

/** The file that the nodes stand in; it gathers the problems so that a person sees all of them at once. */
export class MappingSource {
  readonly problems: MappingProblem[] = [];
  constructor(
    readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  problem(path: Path, message: string): void {
    // What is missing has no place of its own: its nearest parent shows where to add it.
    for (let length = path.length; length >= 0; length -= 1) {
      const node = this.document.getIn(path.slice(0, length), true) as Node | undefined;
      const start = node?.range?.[0];
      if (start === undefined) continue;
      const { line, col } = this.lines.linePos(start);
      this.problems.push({ path: pathText(path), line, column: col, message });
      return;
    }
    this.problems.push({ path: pathText(path), line: undefined, column: undefined, message });
  }
}

/** A place in the mapping file that may hold something; reading it notes what is wrong and hands out a value to go on with. */
export class MappingNode {
  private readonly asked = new Set<string>();

  constructor(
    private readonly source: MappingSource,
    private readonly path: Path,
    private readonly value: unknown,
  ) {}

  get place(): string {
    return pathText(this.path);
  }

  get given(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  problem(message: string): void {
    this.source.problem(this.path, message);
  }

  isText(): boolean {
    return typeof this.value === 'string';
  }

  isList(): boolean {
    return Array.isArray(this.value);
  }

  private record(): Readonly<Record<string, unknown>> | undefined {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value)
      ? (this.value as Record<string, unknown>) // a YAML map
      : undefined;
  }

  at(key: string): MappingNode {
    this.asked.add(key);
    const record = this.record();
    return new MappingNode(this.source, [...this.path, key], record && Object.hasOwn(record, key) ? record[key] : undefined);
  }

  has(key: string): boolean {
    return this.at(key).given;
  }

  /** The keys that nobody asked for are spelt wrong, or not for this place. */
  nothingElse(): void {
    const record = this.record();
    if (record === undefined) {
      if (this.given) this.problem(`expected a map of ${[...this.asked].join(', ')}`);
      return;
    }
    for (const key of Object.keys(record)) {
      if (!this.asked.has(key)) this.source.problem([...this.path, key], `is not known here; known are ${[...this.asked].join(', ')}`);
    }
  }

  text(): string {
    if (typeof this.value === 'string' && this.value !== '') return this.value;
    this.problem(this.given && this.value !== '' ? 'expected a text' : 'is missing');
    return '';
  }

  optionalText(): string | undefined {
    return this.given ? this.text() : undefined;
  }

  /** A text that may be empty. */
  anyText(): string {
    if (typeof this.value === 'string') return this.value;
    if (this.value === null) return '';
    this.problem('expected a text');
    return '';
  }

  oneOf<T extends string>(choices: readonly T[], otherwise?: T): T {
    if (!this.given && otherwise !== undefined) return otherwise;
    const found = choices.find((choice) => choice === this.value);
    if (found === undefined)
      this.problem(this.given ? `expected one of ${choices.join(', ')}` : `is missing: one of ${choices.join(', ')}`);
    return found ?? otherwise ?? (choices[0] as T);
  }

  wholeNumber(least: number, most: number): number {
    const number = Number(this.text());
    if (Number.isSafeInteger(number) && number >= least && number <= most) return number;
    if (this.given) this.problem(`expected a whole number from ${least} to ${most}`);
    return least;
  }

  list(): readonly MappingNode[] {
    if (!this.given) return [];
    if (Array.isArray(this.value)) return this.value.map((item: unknown, i) => new MappingNode(this.source, [...this.path, i], item));
    this.problem('expected a list');
    return [];
  }

  /** A list, or one thing in place of a list of one. */
  oneOrMany(): readonly MappingNode[] {
    return this.given && !Array.isArray(this.value) ? [this] : this.list();
  }

  entries(): readonly (readonly [string, MappingNode])[] {
    if (!this.given) return [];
    const record = this.record();
    if (record !== undefined) {
      return Object.entries(record).map(([key, item]) => [key, new MappingNode(this.source, [...this.path, key], item)] as const);
    }
    this.problem('expected a map');
    return [];
  }
}
