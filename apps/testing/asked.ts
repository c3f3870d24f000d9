export type Said = Readonly<Record<string, string>>;

/** The demo company ends some time before the clock: its days are told from there. */
export interface Days {
  /** So many days before its last event. */
  ago(days: number): string;
  /** The quarter of that day. */
  quarter(days: number): string;
}

/** A question of each kind, as somebody says it, and the `report` that its answer names. */
export const ASKED: Readonly<Record<string, readonly [report: string, said: (days: Days) => Said]>> = {
  'report pipeline': ['pipeline', ({ ago }) => ({ asOf: ago(60), groupBy: 'status,stage,owner,team' })],
  'report compare': ['compare', ({ ago, quarter }) => ({ then: quarter(300), now: ago(60), known: 'then' })],
  'report explain': ['explain', ({ ago }) => ({ then: ago(100), now: ago(60), limit: '20' })],
  'report series': ['series', ({ ago }) => ({ from: ago(400), to: ago(60), step: 'month', groupBy: 'status' })],
  'report waterfall': ['waterfall', ({ ago }) => ({ from: ago(200), to: ago(20), currency: 'EUR' })],
  'report funnel': ['funnel', ({ ago }) => ({ cohort: ago(300).slice(0, 4), mode: 'touched', within: '90d', groupBy: 'origin' })],
  'report inflow': ['inflow', ({ ago }) => ({ from: ago(400), to: ago(30), step: 'quarter', groupBy: 'department,source' })],
  'report leadtimes': [
    'leadtimes',
    ({ ago }) => ({ from: 'registered', to: 'signed', cohort: ago(300).slice(0, 4), groupBy: 'department,source' }),
  ],
  'report reemergence': ['reemergence', () => ({ ended: 'marketing,filed,lost', by: 'contact', groupBy: 'source', behind: 'n' })],
  'report time-in-stage': ['time-in-stage', () => ({ postponed: 'left-out', groupBy: 'owner,product', behind: 'finished' })],
  'report winrate': ['winrate', ({ ago }) => ({ cohort: ago(300).slice(0, 4), milestone: 'registered', groupBy: 'relationship,industry' })],
  'report velocity': ['velocity', () => ({ groupBy: 'team', behind: 'won' })],
  'report forecast': [
    'forecast',
    ({ ago, quarter }) => ({ period: quarter(200), method: 'unweighted', asOf: ago(200), groupBy: 'owner,product' }),
  ],
  'report forecast-history': [
    'forecast-history',
    ({ quarter }) => ({ period: quarter(200), step: 'week', known: 'then', method: 'unweighted', currency: 'EUR' }),
  ],
  'report calibration': ['calibration', ({ quarter }) => ({ from: quarter(400), to: quarter(100), horizon: '30d', method: 'unweighted' })],
  'report aging': ['aging', ({ ago }) => ({ clock: 'since_any_activity', limit: '5', asOf: ago(200) })],
  'report slippage': ['slippage', ({ ago }) => ({ from: ago(300), to: ago(20), groupBy: 'owner', behind: 'pushes' })],
  'report standstills': ['standstills', ({ ago }) => ({ over: '6w', asOf: ago(60), groupBy: 'owner', limit: '5' })],
  'report coverage': ['coverage', ({ quarter }) => ({ period: quarter(100), groupBy: 'team' })],
  'report deals': ['deals', ({ ago }) => ({ asOf: ago(60), status: 'open,postponed,won,lost', limit: '10' })],
  'deal show': ['deal', ({ ago }) => ({ asOf: ago(60) })],
  'deal history': ['deal-history', () => ({})],
};

/** `end`: when the demo company's last event was recorded. */
export function daysBefore(end: string): Days {
  const day = (days: number): Date => new Date(Date.parse(end) - days * 86_400_000);
  return {
    ago: (many) => day(many).toISOString().slice(0, 10),
    quarter: (many) => `${day(many).getUTCFullYear()}-Q${Math.floor(day(many).getUTCMonth() / 3) + 1}`,
  };
}
