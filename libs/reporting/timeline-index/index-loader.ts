import type { ColumnPage } from '../../read-store/read-store.port.js';
import { LooseRows } from './loose-rows.js';
import type { Pieces } from './pieces.js';
import type { Columns } from './segment.js';
import { COLUMNS, emptyColumns, picking, positionCode, Segment } from './segment.js';
import type { IndexLimits } from './segment-frames.js';
import { INDEX_LIMITS } from './segment-frames.js';
import { TimelineIndex } from './timeline-index.js';
import { Vocabulary } from './vocabulary.js';

/** Codes of a page's dictionary, translated once per text of a scan. */
type Translate = (row: number) => number;

/**
 * Builds an index from a scan of the read store, page by page, by `openedBy`. What rows say of positions after `through` is left out: `follow` brings it.
 * Closed deals, which are most rows that never end, get a segment of their own: they need no lists of live rows.
 */
export class IndexLoader {
  private readonly vocabulary = new Vocabulary();
  private readonly columns: Columns = emptyColumns();
  private readonly withdrawn = new LooseRows();
  private readonly undated = new LooseRows();
  private readonly translations = new Map<string, number[]>();

  constructor(
    private readonly through: number,
    private readonly limits: IndexLimits = INDEX_LIMITS,
  ) {}

  add(page: ColumnPage): void {
    const number = (name: string): Float64Array => page.numbers[name]!; // the scan was asked for INDEXED_FIELDS
    const [validFrom, validTo, openedBy] = [number('validFrom'), number('validTo'), number('openedBy')];
    const [endedBy, withdrawnBy, ordinal] = [number('endedBy'), number('withdrawnBy'), number('ordinal')];
    const [valueMinor, closedAt, dated, registeredAt] = [number('valueMinor'), number('closedAt'), number('dated'), number('registeredAt')];
    const coded = (['owner', 'company', 'product', 'source', 'origin', 'campaign', 'department', 'currency'] as const).map(
      (name) => [name, this.translated(page, name, (text) => this.vocabulary.dictionaries[name].code(text))] as const,
    );
    const decision = this.translated(page, 'decisionDate', (text) => this.vocabulary.closings.codeOfDate(text));
    const state = this.states(page);
    const values = Object.fromEntries(COLUMNS.map((name) => [name, 0])) as Record<(typeof COLUMNS)[number], number>; // every name is there
    const known = (position: number): boolean => position <= this.through; // NaN is not
    for (let row = 0; row < page.length; row += 1) {
      const ended = known(endedBy[row]!); // row of the page, here and below
      values.validFrom = validFrom[row]!;
      values.validTo = ended ? validTo[row]! : Infinity;
      values.openedBy = positionCode(openedBy[row]!);
      values.endedBy = ended ? positionCode(endedBy[row]!) : 0;
      values.ordinal = ordinal[row]!;
      values.state = state(row);
      for (const [name, code] of coded) values[name] = code(row);
      const closed = closedAt[row]!;
      values.closing = Number.isNaN(closed) ? decision(row) : this.vocabulary.closings.codeOfInstant(closed);
      const minor = valueMinor[row]!;
      values.value = Number.isNaN(minor) ? 0 : minor;
      if (Number.isNaN(minor)) values.currency = 0;
      const withdrawal = known(withdrawnBy[row]!) ? withdrawnBy[row]! : null;
      if (dated[row] === 0 && values.validFrom <= registeredAt[row]!) this.undated.add(values, withdrawal, registeredAt[row]!);
      if (withdrawal !== null) this.withdrawn.add(values, withdrawal, registeredAt[row]!);
      else for (const name of COLUMNS) this.columns[name].push(values[name]);
    }
  }

  /** The index, made piece by piece: millions of rows are put in order. */
  *finish(): Pieces<TimelineIndex> {
    const { columns, vocabulary } = this;
    const closed = new Set<number>();
    for (let code = 1; code < vocabulary.dictionaries.state.size; code += 1) {
      if (['won', 'lost', 'marketing', 'filed'].includes(vocabulary.state(code).status)) closed.add(code);
    }
    const { validTo } = columns;
    const state = columns.state.data;
    const isSettled = (row: number): boolean => validTo.at(row) === Infinity && closed.has(state[row] ?? 0);
    const { length } = columns.validFrom;
    const settled = yield* picking(length, isSettled);
    const moving = yield* picking(length, (row) => !isSettled(row));
    const segments = (yield* Segment.split(columns, [moving, settled])).filter((segment) => segment.length > 0);
    return new TimelineIndex(vocabulary, segments, this.withdrawn, this.undated, this.through, this.limits);
  }

  private translated(page: ColumnPage, name: string, codeOf: (text: string | null) => number): Translate {
    const column = page.texts[name]!; // the scan was asked for INDEXED_FIELDS
    let known = this.translations.get(name);
    if (known === undefined) this.translations.set(name, (known = []));
    const translation = known;
    const none = codeOf(null);
    return (row) => {
      const code = column.codes[row]!; // row of the page
      if (code === -1) return none;
      return (translation[code] ??= codeOf(column.dictionary[code] ?? null));
    };
  }

  private states(page: ColumnPage): Translate {
    const [status, pipeline, stage] = [page.texts['status']!, page.texts['pipeline']!, page.texts['stage']!]; // likewise
    let known = this.translations.get('state');
    if (known === undefined) this.translations.set('state', (known = []));
    const translation = known;
    const text = (column: typeof status, code: number): string | null => (code === -1 ? null : (column.dictionary[code] ?? null));
    return (row) => {
      const [a, b, c] = [status.codes[row]!, pipeline.codes[row]! + 1, stage.codes[row]! + 1]; // row of the page
      const key = (a * 4_096 + b) * 65_536 + c;
      return (translation[key] ??= this.vocabulary.stateCode({
        status: text(status, a) as 'open', // a status: the column holds no other text
        pipeline: text(pipeline, b - 1),
        stage: text(stage, c - 1),
      }));
    };
  }
}
