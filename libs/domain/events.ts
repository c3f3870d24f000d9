import type { CampaignEvent } from './campaign/campaign.events.js';
import type { CompanyEvent } from './company/company.events.js';
import type { ContactEvent } from './contact/contact.events.js';
import type { DealEvent } from './deal/deal.events.js';
import type { EmployeeEvent } from './employee/employee.events.js';
import type { ForecastEvent } from './forecast/forecast.events.js';
import type { PipelineEvent } from './pipeline/pipeline.events.js';
import type { ProductEvent } from './product/product.events.js';
import type { QuotaEvent } from './quota/quota.events.js';
import type { RateEvent } from './rate/rate.events.js';
import type { LogEvent } from './log/log.events.js';

/** Every event that Dealtrail writes. The catalog has a schema for each, a projection handles or ignores each; both are checked by the compiler. */
export type DealtrailEvent =
  | LogEvent
  | DealEvent
  | ContactEvent
  | CompanyEvent
  | EmployeeEvent
  | ProductEvent
  | CampaignEvent
  | PipelineEvent
  | QuotaEvent
  | ForecastEvent
  | RateEvent;
export type EventType = DealtrailEvent['type'];
