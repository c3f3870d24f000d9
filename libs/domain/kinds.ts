import { campaignKind } from './campaign/campaign.decider.js';
import { companyKind } from './company/company.decider.js';
import { contactKind } from './contact/contact.decider.js';
import { dealKind } from './deal/deal.decider.js';
import { employeeKind } from './employee/employee.decider.js';
import { forecastKind } from './forecast/forecast.decider.js';
import { pipelineKind } from './pipeline/pipeline.decider.js';
import { productKind } from './product/product.decider.js';
import { quotaKind } from './quota/quota.decider.js';
import { rateKind } from './rate/rate.decider.js';

/** Every kind of stream that takes commands, by its category. */
export const streamKinds = {
  deal: dealKind,
  contact: contactKind,
  company: companyKind,
  employee: employeeKind,
  product: productKind,
  campaign: campaignKind,
  pipeline: pipelineKind,
  quota: quotaKind,
  forecast: forecastKind,
  rate: rateKind,
} as const;
