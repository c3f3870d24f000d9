import type { CampaignEvent } from '../../libs/domain/campaign/campaign.events.js';
import type { CompanyEvent } from '../../libs/domain/company/company.events.js';
import type { ContactEvent } from '../../libs/domain/contact/contact.events.js';
import type { EmployeeEvent } from '../../libs/domain/employee/employee.events.js';
import type { ForecastEvent } from '../../libs/domain/forecast/forecast.events.js';
import type { PipelineEvent } from '../../libs/domain/pipeline/pipeline.events.js';
import type { ProductEvent } from '../../libs/domain/product/product.events.js';
import type { QuotaEvent } from '../../libs/domain/quota/quota.events.js';
import type { RateEvent } from '../../libs/domain/rate/rate.events.js';
import type { Fact } from '../../libs/domain/shared/history.js';
import { BEGINNING_OF_TIME } from '../../libs/domain/shared/instant.js';
import type { DimensionKind, DimensionValues } from '../../libs/reporting/rows.js';

export type DimensionEvent =
  EmployeeEvent | CompanyEvent | ContactEvent | ProductEvent | CampaignEvent | PipelineEvent | QuotaEvent | ForecastEvent | RateEvent;

type ThingOf<K extends DimensionKind> = {
  readonly kind: K;
  readonly values: DimensionValues[K];
  /** Names of the values that were given no date and count from the beginning of time. */
  readonly assumed: readonly string[];
};
/** What is known of one thing that deals refer to; `values` null: nothing is in force (a quota taken back). */
export type Thing = { readonly kind: null } | { [K in DimensionKind]: ThingOf<K> }[DimensionKind];
export const nothingKnown: Thing = { kind: null };

const UNKNOWN: { readonly [K in Exclude<DimensionKind, 'process' | 'quota' | 'submission' | 'rate'>]: DimensionValues[K] } = {
  employee: { name: null, team: null, manager: null, office: null, department: null },
  company: { name: null, industry: null },
  contact: { name: null, company: null },
  product: { name: null, series: null, listPrice: null },
  campaign: { name: null, channel: null },
};

/** Sets values of one kind of thing; facts dated before the first one that names it start from what is not known. */
function set<K extends keyof typeof UNKNOWN>(kind: K, thing: Thing, fact: Fact, values: Partial<DimensionValues[K]>): Thing {
  const before = thing.kind === kind ? (thing as ThingOf<K>) : { kind, values: UNKNOWN[kind], assumed: [] };
  const named = Object.keys(values);
  const others = before.assumed.filter((name) => !named.includes(name));
  const assumed = isAssumed(fact) ? [...others, ...named] : others;
  return { kind, values: { ...before.values, ...values }, assumed } as unknown as Thing; // ThingOf<K> of this very K
}

function isAssumed(fact: Fact): boolean {
  return !fact.dated && fact.effectiveAt === BEGINNING_OF_TIME;
}

/** Never throws and never decides, as every fold of ours. */
export function evolveThing(thing: Thing, fact: Fact): Thing {
  const event = fact as unknown as DimensionEvent; // the streams of these categories hold no others
  switch (event.type) {
    case 'EmployeeRegistered':
    case 'EmployeeRenamed':
      return set('employee', thing, fact, { name: event.data.name });
    case 'TeamJoined':
      return set('employee', thing, fact, { team: event.data.team });
    case 'ManagerAssigned':
      return set('employee', thing, fact, { manager: event.data.managerId });
    case 'OfficeJoined':
      return set('employee', thing, fact, { office: event.data.office });
    case 'DepartmentJoined':
      return set('employee', thing, fact, { department: event.data.department });
    case 'CompanyRegistered':
    case 'CompanyRenamed':
      return set('company', thing, fact, { name: event.data.name });
    case 'IndustryClassified':
      return set('company', thing, fact, { industry: event.data.industry });
    case 'CompanyProfiled':
      return thing; // no report groups by it yet
    case 'ContactRegistered':
      return set('contact', thing, fact, { name: event.data.name, company: event.data.companyId });
    case 'ContactDetailsRevised':
      return event.data.name === undefined ? thing : set('contact', thing, fact, { name: event.data.name });
    case 'ContactMovedToCompany':
      return set('contact', thing, fact, { company: event.data.companyId });
    case 'ProductRegistered':
      return set('product', thing, fact, {
        name: event.data.name,
        ...(event.data.series === undefined ? {} : { series: event.data.series }),
      });
    case 'ProductRenamed':
      return set('product', thing, fact, { name: event.data.name });
    case 'ListPriceSet':
      return set('product', thing, fact, { listPrice: event.data.listPrice });
    case 'CampaignRegistered':
      return set('campaign', thing, fact, {
        name: event.data.name,
        ...(event.data.channel === undefined ? {} : { channel: event.data.channel }),
      });
    case 'CampaignRenamed':
      return set('campaign', thing, fact, { name: event.data.name });
    case 'PipelineDefined':
    case 'PipelineRevised': {
      const { version, process } = event.data;
      return { kind: 'process', values: { version, process }, assumed: isAssumed(fact) ? ['process'] : [] };
    }
    case 'QuotaSet':
      return { kind: 'quota', values: event.data, assumed: isAssumed(fact) ? ['quota'] : [] };
    case 'ForecastSubmitted': {
      const { note: _note, ...values } = event.data;
      return { kind: 'submission', values, assumed: [] };
    }
    case 'RateSet':
      return { kind: 'rate', values: event.data, assumed: isAssumed(fact) ? ['rate'] : [] };
    case 'ForecastWithdrawn':
    case 'RateWithdrawn':
    case 'QuotaWithdrawn':
      return nothingKnown;
    default:
      event satisfies never; // a new event does not compile until it is folded; an old reader lets it pass
      return thing;
  }
}
