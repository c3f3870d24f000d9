import type { EventType } from '../../domain/events.js';
import type { JsonObject } from '../../domain/shared/envelope.js';

const process = {
  name: 'Machines',
  stages: [
    {
      id: 'talking',
      label: 'Talking',
      weight: 2_000,
      requiredFields: [],
      stagnatesAfterDays: 30,
      buyerPhase: 'awareness',
      actions: ['Ask who decides'],
    },
    { id: 'offer', label: 'Offer made', weight: 6_000, requiredFields: ['value', 'decisionDate'], stagnatesAfterDays: null, actions: [] },
  ],
  gates: { bant: true, scotsmanAtLeast: 5, quoteChanceAtLeast: 4_000 },
  removedStages: [],
};

/** The data of one event of each type, newest version, personal fields in clear. A new type does not compile until it has its example. */
export const EXAMPLES: Readonly<Record<EventType, JsonObject>> = {
  LogIdentified: { logId: '0f6c2a9e4b7d4c1f8a3e5d6b7c8f9012', keyStoreId: 'b1946ac92492d2347c6235b4d2611184', streamPrefix: '' },
  LogMoved: { to: 'esdb://eventstore:2113' },
  DemoStarted: { deals: 2_000, seed: 7, endsAt: '2026-11-30T00:00:00.000Z', simulatedClock: true },
  DemoFinished: { deals: 2_000, seed: 7 },

  RequestRegistered: {
    contactId: 'anna-7f3',
    companyId: 'brouwerij-dom',
    summary: 'A second bottling line, before summer',
    source: { kind: 'known', source: 'trade fair' },
    origin: { kind: 'provoked', campaignId: 'spring-mailing' },
    receivedBy: { employeeId: 'E17', department: 'sales' },
    productId: 'm-200',
  },
  RequestContacted: { channel: 'phone', note: 'Calls back on Friday' },
  RequestRoutedToMarketing: { lists: ['bottling'], reason: 'No budget before next year' },
  RequestFiled: { reason: 'A student’s survey' },
  LeadQualified: { pipelineId: 'machines', stageId: 'talking', ownerId: 'E17' },
  OwnerAssigned: { ownerId: 'joris' },
  CompanyIdentified: { companyId: 'brouwerij-dom' },
  ProductIdentified: { productId: 'm-200' },
  ExpectedValueEstimated: { value: { minor: 4_850_000, currency: 'EUR' } },
  DecisionDateExpected: { decisionDate: '2026-03-31', projectStart: '2026-06-01' },
  ChanceAssessed: { get: 6_000, go: 'unknown' },
  StageAdvanced: { from: 'talking', to: 'offer', skipped: [], reason: 'Asked for a price on the phone' },
  StageReturned: { from: 'offer', to: 'talking', reason: 'Another department decides' },
  StageReassigned: { from: 'demo', to: 'talking' },
  DealTransferred: { fromPipelineId: 'machines', fromStageId: 'talking', pipelineId: 'service', stageId: 'intake' },
  DealPostponed: { wakeUp: '2027-01-11', reason: 'The budget round is over' },
  DealResumed: { reason: 'The budget is there' },
  DealWon: { value: { minor: 4_625_050, currency: 'EUR' }, reasons: ['delivery time'], note: 'They will tell others' },
  DealLost: { reasons: ['price'], note: 'Bought second hand' },
  DealReopened: { stageId: 'offer', reason: 'The other supplier could not deliver' },
  HistoryCorrected: {
    kind: 'insert',
    event: {
      type: 'StageAdvanced',
      schemaVersion: 1,
      data: { from: 'talking', to: 'offer', skipped: [] },
      effectiveAt: '2026-01-19T13:30:00.000Z',
    },
    reason: 'Entered on Monday, happened on Friday',
  },

  ContactRegistered: { name: 'Anna Jansen', companyId: 'brouwerij-dom', email: 'anna@example.com', role: 'plant manager' },
  ContactDetailsRevised: { phone: '+32 2 555 01 23', email: null },
  ContactMovedToCompany: { companyId: 'zuivel-noord' },

  EmployeeRegistered: { name: 'Ines Peeters' },
  EmployeeRenamed: { name: 'Ines Claes' },
  TeamJoined: { team: 'north' },
  ManagerAssigned: { managerId: 'joris' },
  OfficeJoined: { office: 'Ghent' },
  DepartmentJoined: { department: 'sales' },

  CompanyRegistered: { name: 'Brouwerij Dom' },
  CompanyRenamed: { name: 'Dom Brouwerijen' },
  IndustryClassified: { industry: 'beverages' },
  CompanyProfiled: { country: 'BE', employees: 140, foundedYear: 1871, annualRevenueMinor: 2_300_000_000, currency: 'EUR' },

  ProductRegistered: { name: 'Milling machine 200', series: 'milling' },
  ProductRenamed: { name: 'Milling machine 200 S' },
  ListPriceSet: { listPrice: { minor: 5_200_000, currency: 'EUR' } },

  CampaignRegistered: { name: 'Spring mailing', channel: 'e-mail' },
  CampaignRenamed: { name: 'Spring mailing 2026' },

  PipelineDefined: { version: 1, process },
  PipelineRevised: { version: 2, process: { ...process, removedStages: [{ stageId: 'demo', to: 'talking' }] } },

  QuotaSet: {
    holder: { kind: 'person', employeeId: 'E17' },
    from: '2026-01-01',
    to: '2026-04-01',
    amount: { minor: 20_000_000, currency: 'EUR' },
  },
  QuotaWithdrawn: {},
  ForecastSubmitted: {
    submitterId: 'E17',
    from: '2026-01-01',
    to: '2026-04-01',
    category: 'commit',
    amount: { minor: 12_000_000, currency: 'EUR' },
    note: 'Two deals are as good as signed',
  },
  ForecastWithdrawn: {},
  RateSet: { from: 'USD', to: 'EUR', rate: '0.9215' },
  RateWithdrawn: {},
};
