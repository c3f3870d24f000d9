import { DateTime } from 'luxon';
import type { CalendarDate, EpochMs } from '../../domain/shared/instant.js';
import { CellProblem } from './cell.js';

interface ReadDate {
  /** The instant that the text names, or the start of the day where it names a day alone. */
  readonly at: EpochMs;
  /** The last millisecond of that day where it names a day alone, else the instant. */
  readonly end: EpochMs;
  readonly day: CalendarDate;
}

/** Dates repeat in an export; luxon takes tens of microseconds for each. */
const REMEMBERED = 20_000;

/** Reads dates and times in the mapping's formats and zone. A text without a zone of its own is of the mapping's. */
export class DateReader {
  private readonly known = new Map<string, ReadDate>();

  constructor(
    private readonly formats: readonly string[],
    private readonly zone: string,
  ) {}

  /** A date without a time is the start of that day. @throws CellProblem */
  instant(text: string): EpochMs {
    return this.read(text).at;
  }

  /** A date without a time is the end of that day: a snapshot shows what had happened by then. @throws CellProblem */
  endInstant(text: string): EpochMs {
    return this.read(text).end;
  }

  /** @throws CellProblem */
  calendarDate(text: string): CalendarDate {
    return this.read(text).day;
  }

  private read(text: string): ReadDate {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const read = this.parse(text);
    if (this.known.size >= REMEMBERED) this.known.clear();
    this.known.set(text, read);
    return read;
  }

  private parse(text: string): ReadDate {
    for (const format of this.formats) {
      const read =
        format === 'iso'
          ? DateTime.fromISO(text, { zone: this.zone, setZone: false })
          : DateTime.fromFormat(text, format, { zone: this.zone, locale: 'en' });
      if (!read.isValid) continue;
      const local = read.setZone(this.zone);
      const withTime = format === 'iso' ? text.includes('T') || text.includes(':') : /[HhmsSTtFfX]/.test(format.replaceAll(/'[^']*'/g, ''));
      const year = local.year;
      if (year < 1000 || year > 9999) throw new CellProblem(`${text} is in the year ${year}: a wrong date format?`);
      const day = local.toFormat('yyyy-MM-dd') as CalendarDate; // luxon gives a day that exists
      if (withTime) return { at: read.toMillis(), end: read.toMillis(), day };
      return { at: local.startOf('day').toMillis(), end: local.endOf('day').toMillis(), day };
    }
    throw new CellProblem(`${text} is no date (${this.formats.join(', ')})`);
  }
}
