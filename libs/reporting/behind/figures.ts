import type { Exit } from '../paths/spells.js';

/** How stays in a stage end, or that they have not. */
const EXITS: readonly (Exit | 'stillThere')[] = [
  ...(['advanced', 'won', 'lost', 'moved-back', 'handed-off', 'to-marketing', 'filed', 'reassigned', 'stillThere'] as const),
];

/** The figures that a report opens, each by the name that its column has in CSV. Shares, means and sums are made of those they are of. */
export const TIME_IN_STAGE_FIGURES = ['n', 'finished', ...EXITS.map((exit) => `exits.${exit}` as const)] as const;
export type TimeInStageFigure = (typeof TIME_IN_STAGE_FIGURES)[number];

export const VELOCITY_FIGURES = ['openDeals', 'won', 'lost'] as const;
export type VelocityFigure = (typeof VELOCITY_FIGURES)[number];

export const REEMERGENCE_FIGURES = ['n', 'askedAgain', 'wonAfterAll', 'askerUnknown'] as const;
export type ReemergenceFigure = (typeof REEMERGENCE_FIGURES)[number];

export const LEAD_TIMES_FIGURES = ['n', 'finished', 'running', 'gone'] as const;
export type LeadTimesFigure = (typeof LEAD_TIMES_FIGURES)[number];

export const WIN_RATE_FIGURES = ['n', 'won', 'lost', 'derailed', 'open', 'overdue', 'old', 'unvalued'] as const;
export type WinRateFigure = (typeof WIN_RATE_FIGURES)[number];

export const INFLOW_FIGURES = ['deals', 'unvalued'] as const;
export type InflowFigure = (typeof INFLOW_FIGURES)[number];

/** The account of a stage counts stays, all else of a funnel deals. */
export const FUNNEL_FIGURES = [
  ...(['deals', 'unvalued', 'skippedIn', 'stillHere', 'lost', 'movedBack', 'account.entries'] as const),
  ...EXITS.map((exit) => `account.${exit}` as const),
] as const;
export type FunnelFigure = (typeof FUNNEL_FIGURES)[number];

export const SLIPPAGE_FIGURES = ['deals', 'pushes', 'dealsPushed', 'pulls', 'redatedWithin', 'overdue'] as const;
export type SlippageFigure = (typeof SLIPPAGE_FIGURES)[number];

export const STANDSTILLS_FIGURES = ['deals', 'silences', 'running', 'standstills', 'dealsStood', 'standing'] as const;
export type StandstillsFigure = (typeof STANDSTILLS_FIGURES)[number];

export const AGING_FIGURES = ['deals', 'unvalued', 'ageUnknown', 'stagnant.deals', 'stagnant.unvalued'] as const;
export type AgingFigure = (typeof AGING_FIGURES)[number];

/** Of the deals that were in the forecast when the period began; each is told with the chance that it was given then. */
const REALISED = ['deals', 'won', 'wonInPeriod', 'lost', 'open', 'other'] as const;
export const FORECAST_HISTORY_FIGURES = REALISED.map((figure) => `realisation.${figure}` as const);
export type ForecastHistoryFigure = (typeof FORECAST_HISTORY_FIGURES)[number];
