import type { ColumnPage } from '../../read-store/read-store.port.js';
import type { ValuesOf } from './block-columns.js';
import { BlockColumns } from './block-columns.js';
import { LooseRows } from './loose-rows.js';
import type { Pieces } from './pieces.js';
import { picking, Segment } from './segment.js';
import type { RowValues } from './segment-columns.js';
import { COLUMNS, positionCode } from './segment-columns.js';
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
  private readonly columns = new BlockColumns();
  private readonly withdrawn = new LooseRows();
  private readonly undated = new LooseRows();
  private readonly translations = new Map<string, number[]>();

  constructor(
    private readonly through: number,
    private readonly limits: IndexLimits = INDEX_LIMITS,
  ) {}

  add(page: ColumnPage): void {
    const numbers = numbersOf(page);
    const valueOf = this.valuesOf(page);
    const standing = new Uint32Array(page.length);
    let count = 0;
    for (let row = 0; row < page.length; row += 1) {
      const withdrawnBy = numbers.withdrawnBy[row]!; // row of the page, here and below
      const withdrawal = withdrawnBy <= this.through ? withdrawnBy : null; // NaN is not
      const registeredAt = numbers.registeredAt[row]!;
      const isUndated = numbers.dated[row] === 0 && numbers.validFrom[row]! <= registeredAt;
      if (isUndated || withdrawal !== null) {
        const values = Object.fromEntries(COLUMNS.map((name) => [name, valueOf[name](row)])) as RowValues; // every name is there
        if (isUndated) this.undated.add(values, withdrawal, registeredAt);
        if (withdrawal !== null) this.withdrawn.add(values, withdrawal, registeredAt);
      }
      if (withdrawal !== null) continue;
      standing[count] = row;
      count += 1;
    }
    this.columns.pushEach(standing, count, valueOf);
  }

  /** What each column holds of a row of the page. */
  private valuesOf(page: ColumnPage): ValuesOf {
    const { validFrom, validTo, openedBy, endedBy, ordinal, valueMinor, closedAt } = numbersOf(page);
    const { closings, dictionaries } = this.vocabulary;
    const isEnded = (row: number): boolean => endedBy[row]! <= this.through; // row of the page, here and below; NaN is not
    const currency = this.translated(page, 'currency', (text) => dictionaries.currency.code(text));
    const decision = this.translated(page, 'decisionDate', (text) => closings.codeOfDate(text));
    const coded = (['owner', 'company', 'product', 'source', 'origin', 'campaign', 'department'] as const).map(
      (name) => [name, this.translated(page, name, (text) => dictionaries[name].code(text))] as const,
    );
    return {
      ...(Object.fromEntries(coded) as Record<(typeof coded)[number][0], Translate>), // each of them
      validFrom: (row) => validFrom[row]!,
      validTo: (row) => (isEnded(row) ? validTo[row]! : Infinity),
      openedBy: (row) => positionCode(openedBy[row]!),
      endedBy: (row) => (isEnded(row) ? positionCode(endedBy[row]!) : 0),
      ordinal: (row) => ordinal[row]!,
      state: this.states(page),
      closing: (row) => (Number.isNaN(closedAt[row]!) ? decision(row) : closings.codeOfInstant(closedAt[row]!)),
      currency: (row) => (Number.isNaN(valueMinor[row]!) ? 0 : currency(row)),
      value: (row) => (Number.isNaN(valueMinor[row]!) ? 0 : valueMinor[row]!),
    };
  }

  /** The index, made piece by piece: millions of rows are put in order. */
  *finish(): Pieces<TimelineIndex> {
    const { columns, vocabulary } = this;
    const closed = new Set<number>();
    for (let code = 1; code < vocabulary.dictionaries.state.size; code += 1) {
      if (['won', 'lost', 'marketing', 'filed'].includes(vocabulary.state(code).status)) closed.add(code);
    }
    const [validTo, state] = [columns.instants('validTo'), columns.numbers('state')];
    const isSettled = (row: number): boolean => validTo.at(row) === Infinity && closed.has(state.at(row));
    const { length } = columns;
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

type NumberName =
  'validFrom' | 'validTo' | 'openedBy' | 'endedBy' | 'withdrawnBy' | 'ordinal' | 'valueMinor' | 'closedAt' | 'dated' | 'registeredAt';

function numbersOf({ numbers }: ColumnPage): Readonly<Record<NumberName, Float64Array>> {
  return numbers as Record<NumberName, Float64Array>; // the scan was asked for INDEXED_FIELDS
}
