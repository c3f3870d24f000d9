import { isoInstant } from '../../domain/shared/instant.js';
import { parseFlowBounds, parseInstant, parseKnownAt } from './instant.js';
import { parsePeriod, startBefore } from './period.js';
import { reportZone, UTC } from './report-zone.js';
import { parseStep, seriesPoints } from './steps.js';

const utc = { now: Date.parse('2026-11-23T14:30:00.000Z'), zone: UTC };
const amsterdam = { ...utc, zone: reportZone('Europe/Amsterdam') };
const newYork = { ...utc, zone: reportZone('America/New_York') };
const said = (text: string, context = utc) => isoInstant(parseInstant(text, context));

describe('an instant as people say it', () => {
  it.each([
    ['2017-10-15', '2017-10-15T23:59:59.999Z'],
    ['2017-W12', '2017-03-26T23:59:59.999Z'],
    ['2017-10', '2017-10-31T23:59:59.999Z'],
    ['2017-Q3', '2017-09-30T23:59:59.999Z'],
    ['2017', '2017-12-31T23:59:59.999Z'],
    ['2017-10-15T09:00:00Z', '2017-10-15T09:00:00.000Z'],
    ['2017-10-15T09:00:00.123+02:00', '2017-10-15T07:00:00.123Z'],
    ['2017-10-15 09:00', '2017-10-15T09:00:00.000Z'],
    ['-1y', '2025-11-23T14:30:00.000Z'],
    ['-3m', '2026-08-23T14:30:00.000Z'],
    ['-2w', '2026-11-09T14:30:00.000Z'],
    ['-10d', '2026-11-13T14:30:00.000Z'],
    ['last month', '2026-10-31T23:59:59.999Z'],
    ['last quarter', '2026-09-30T23:59:59.999Z'],
    ['yesterday', '2026-11-22T23:59:59.999Z'],
    ['today', '2026-11-23T23:59:59.999Z'],
    ['now', '2026-11-23T14:30:00.000Z'],
  ])('reads %s as %s', (text, expected) => {
    expect(said(text)).toBe(expected);
  });

  it('ends a day where it ends in the report zone, on the days of 23 and 25 hours too', () => {
    expect(said('2017-10-15', amsterdam)).toBe('2017-10-15T21:59:59.999Z');
    expect(said('2017-03-26', amsterdam)).toBe('2017-03-26T21:59:59.999Z');
    expect(said('2017-10-29', amsterdam)).toBe('2017-10-29T22:59:59.999Z');
    expect(said('2017', newYork)).toBe('2018-01-01T04:59:59.999Z');
    expect(said('2017-10-15T09:00', newYork)).toBe('2017-10-15T13:00:00.000Z');
  });

  it.each(['', 'soon', '15-10-2017', '2017-Q5', '2017-13-01', '2017-02-30', '-3x', '2017-W60', '2017-10-15T25:00:00Z', 'last decade'])(
    'refuses %j in one line that says what can be said',
    (text) => {
      expect(() => parseInstant(text, utc)).toThrow(/^('.*' is no instant; say it like .*|there is no .*)$/);
    },
  );

  it('takes a position of the log for what was known', () => {
    expect(parseKnownAt('position:1042', utc)).toEqual({ kind: 'position', position: '00000000000000001042' });
    expect(parseKnownAt('2017-10-15', utc)).toEqual({ kind: 'instant', at: Date.parse('2017-10-15T23:59:59.999Z') });
    const eventId = '01a222d2-6553-72d8-8af9-3802efce2f89';
    expect(parseKnownAt(`position:1042/${eventId}`, utc)).toEqual({ kind: 'position', position: '00000000000000001042', eventId });
    for (const text of ['position:x', 'position:1042/', 'position:1042/x', `position:1042/${eventId}/`]) {
      expect(() => parseKnownAt(text, utc)).toThrow(`'${text}' is no position; say it like position:1042`);
    }
  });
});

describe('a period', () => {
  it('is half open and names itself as it would be typed', () => {
    expect(parsePeriod('2017-q3', amsterdam)).toEqual({
      label: '2017-Q3',
      start: Date.parse('2017-06-30T22:00:00.000Z'),
      end: Date.parse('2017-09-30T22:00:00.000Z'),
      from: '2017-07-01',
      to: '2017-10-01',
    });
    expect(parsePeriod('last week', utc)).toEqual({
      label: '2026-W47',
      start: Date.parse('2026-11-16T00:00:00.000Z'),
      end: Date.parse('2026-11-23T00:00:00.000Z'),
      from: '2026-11-16',
      to: '2026-11-23',
    });
  });

  it('may go from the first of two to the last', () => {
    expect(parsePeriod('2025-01..2025-02', utc)).toEqual({
      label: '2025-01..2025-02',
      start: Date.parse('2025-01-01T00:00:00.000Z'),
      end: Date.parse('2025-03-01T00:00:00.000Z'),
      from: '2025-01-01',
      to: '2025-03-01',
    });
    expect(() => parsePeriod('2025-03..2025-01', utc)).toThrow("'2025-01' is before '2025-03'");
    expect(() => parsePeriod('2025-01..soon', utc)).toThrow("'soon' is no period");
  });

  it('knows when the one before it began', () => {
    const before = (text: string) => isoInstant(startBefore(parsePeriod(text, utc), utc.zone)).slice(0, 10);
    expect(['2017-Q3', '2017-03', '2017-W02', '2017-10-15', '2017', '2025-01-11..2025-01-20'].map(before)).toEqual([
      ...['2017-04-01', '2017-02-01', '2017-01-02', '2017-10-14', '2016-01-01', '2025-01-01'],
    ]);
  });

  it('is refused where it is none', () => {
    expect(() => parsePeriod('-1y', utc)).toThrow("'-1y' is no period; say it like 2017-10-15, 2017-W12");
  });
});

describe('the bounds of flows', () => {
  it('include both days where days are given', () => {
    expect(parseFlowBounds('2025-03-01', '2025-03-19', utc)).toEqual({
      opening: Date.parse('2025-02-28T23:59:59.999Z'),
      closing: Date.parse('2025-03-19T23:59:59.999Z'),
    });
  });

  it('take exact instants as they are: the moves after the first, up to the second', () => {
    expect(parseFlowBounds('2025-03-01T00:00:00Z', '2025-03-20T00:00:00Z', utc)).toEqual({
      opening: Date.parse('2025-03-01T00:00:00.000Z'),
      closing: Date.parse('2025-03-20T00:00:00.000Z'),
    });
    expect(() => parseFlowBounds('2025-03', '2025-01', utc)).toThrow("'2025-01' is before '2025-03'");
  });
});

describe('the points of a series', () => {
  const points = (from: string, to: string, step: string) =>
    seriesPoints(parseInstant(from, utc), parseInstant(to, utc), parseStep(step), utc.zone).map((at) => isoInstant(at).slice(0, 10));

  it('go from the first instant step by step to the last', () => {
    expect(points('2017-01-01', '2017-01-20', 'week')).toEqual(['2017-01-01', '2017-01-08', '2017-01-15', '2017-01-20']);
    expect(points('2017-01', '2017-04', 'month')).toEqual(['2017-01-31', '2017-02-28', '2017-03-31', '2017-04-30']);
    expect(points('2017-02-28', '2017-04-30', 'month')).toEqual(['2017-02-28', '2017-03-31', '2017-04-30']);
    expect(points('2017-01-15', '2017-03-15', 'month')).toEqual(['2017-01-15', '2017-02-15', '2017-03-15']);
    expect(points('2017-Q1', '2017-Q3', 'quarter')).toEqual(['2017-03-31', '2017-06-30', '2017-09-30']);
  });

  it('are refused where they end before they begin, are too many, or step by nothing known', () => {
    expect(() => points('2017-02', '2017-01', 'day')).toThrow('the series ends before it begins');
    expect(() => points('1900', '2017', 'day')).toThrow('more than 5000 points; take a longer step or a shorter time');
    expect(() => parseStep('fortnight')).toThrow("'fortnight' is no step; say day, week, month or quarter");
  });
});
