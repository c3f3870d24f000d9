import type { DealEvent } from '../libs/domain/deal/deal.events.js';
import type { DealtrailEvent } from '../libs/domain/events.js';
import type { LogEvent } from '../libs/domain/log/log.events.js';
import type { Handling } from '../libs/projection-engine/projection.js';

type DimensionEvent = Exclude<DealtrailEvent, DealEvent | LogEvent>;

/** Spelled out once: a new event type does not compile until it is here, and here somebody decides who handles it. */
const dealEvents = {
  RequestRegistered: 'handle',
  RequestContacted: 'handle',
  RequestRoutedToMarketing: 'handle',
  RequestFiled: 'handle',
  LeadQualified: 'handle',
  OwnerAssigned: 'handle',
  CompanyIdentified: 'handle',
  ProductIdentified: 'handle',
  ExpectedValueEstimated: 'handle',
  DecisionDateExpected: 'handle',
  ChanceAssessed: 'handle',
  StageAdvanced: 'handle',
  StageReturned: 'handle',
  StageReassigned: 'handle',
  DealTransferred: 'handle',
  DealPostponed: 'handle',
  DealResumed: 'handle',
  DealWon: 'handle',
  DealLost: 'handle',
  DealReopened: 'handle',
  HistoryCorrected: 'handle',
} as const satisfies Record<DealEvent['type'], 'handle'>;

const dimensionEvents = {
  ContactRegistered: 'handle',
  ContactDetailsRevised: 'handle',
  ContactMovedToCompany: 'handle',
  CompanyRegistered: 'handle',
  CompanyRenamed: 'handle',
  IndustryClassified: 'handle',
  CompanyProfiled: 'handle',
  EmployeeRegistered: 'handle',
  EmployeeRenamed: 'handle',
  TeamJoined: 'handle',
  ManagerAssigned: 'handle',
  OfficeJoined: 'handle',
  DepartmentJoined: 'handle',
  ProductRegistered: 'handle',
  ProductRenamed: 'handle',
  ListPriceSet: 'handle',
  CampaignRegistered: 'handle',
  CampaignRenamed: 'handle',
  PipelineDefined: 'handle',
  PipelineRevised: 'handle',
  QuotaSet: 'handle',
  QuotaWithdrawn: 'handle',
  ForecastSubmitted: 'handle',
  ForecastWithdrawn: 'handle',
  RateSet: 'handle',
  RateWithdrawn: 'handle',
} as const satisfies Record<DimensionEvent['type'], 'handle'>;

/** The log's own events say nothing about a deal or a dimension. */
const logEvents = {
  LogIdentified: 'ignore',
  LogMoved: 'ignore',
  DemoStarted: 'ignore',
  DemoFinished: 'ignore',
} as const satisfies Record<LogEvent['type'], 'ignore'>;

function ignored<K extends string>(events: Readonly<Record<K, 'handle'>>): Record<K, 'ignore'> {
  return Object.fromEntries(Object.keys(events).map((type) => [type, 'ignore'])) as Record<K, 'ignore'>; // same keys, by construction
}

export const ONLY_DEALS: Handling = { ...dealEvents, ...ignored(dimensionEvents), ...logEvents };
export const ONLY_DIMENSIONS: Handling = {
  ...ignored(dealEvents),
  ...dimensionEvents,
  ...logEvents,
  HistoryCorrected: 'handle', // the law is the same for every kind of stream
};
