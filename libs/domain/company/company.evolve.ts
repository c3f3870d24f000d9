import type { EpochMs } from '../shared/instant.js';
import type { Timeline } from '../shared/timeline.js';
import { put } from '../shared/timeline.js';
import type { CompanyEvent, CompanyProfiled } from './company.events.js';

/** Everything known of a firm has a timeline: its facts may be dated before what is recorded. `registered` is false before its registration is known. */
export interface Company {
  readonly registered: boolean;
  readonly name: Timeline<string>;
  readonly industry: Timeline<string | null>;
  /** What was said at each time; what holds is the last of each field (`profileAt`). */
  readonly profile: Timeline<CompanyProfiled['data']>;
}

export const noCompany: Company = { registered: false, name: [], industry: [], profile: [] };

export function evolve(company: Company, fact: CompanyEvent & { readonly effectiveAt: EpochMs }): Company {
  const at = fact.effectiveAt;
  switch (fact.type) {
    case 'CompanyRegistered':
      return { ...company, registered: true, name: put(company.name, at, fact.data.name) };
    case 'CompanyRenamed':
      return { ...company, name: put(company.name, at, fact.data.name) };
    case 'IndustryClassified':
      return { ...company, industry: put(company.industry, at, fact.data.industry) };
    case 'CompanyProfiled':
      return { ...company, profile: put(company.profile, at, fact.data) };
    default:
      fact satisfies never; // a new event does not compile until it is folded; an old reader lets it pass
      return company;
  }
}

/** What is known of the firm beside name and industry at an instant: of each field the last that was said. */
export function profileAt(company: Company, at: EpochMs): CompanyProfiled['data'] {
  return Object.assign({}, ...company.profile.filter((dated) => dated.from <= at).map((dated) => dated.value)) as CompanyProfiled['data'];
}
