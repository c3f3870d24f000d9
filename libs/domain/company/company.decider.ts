import { assertNever } from '../shared/assert-never.js';
import type { DecideContext } from '../shared/decide-context.js';
import { dimensionInstant } from '../shared/effective-instant.js';
import type { EpochMs } from '../shared/instant.js';
import { registryRefusals } from '../shared/registry.refusals.js';
import { holdsAt } from '../shared/timeline.js';
import type { StreamKind } from '../stream-kind.js';
import type { CompanyCommand, CompanyProfile, RegisterCompany } from './company.commands.js';
import type { CompanyEvent } from './company.events.js';
import type { Company } from './company.evolve.js';
import { evolve, noCompany, profileAt } from './company.evolve.js';

const refusals = registryRefusals('company', 'RegisterCompany');

function saysNothingNew(company: Company, profile: CompanyProfile, at: EpochMs): boolean {
  const known: Readonly<Record<string, unknown>> = { ...profileAt(company, at) };
  return Object.entries(profile).every(([field, value]) => known[field] === value);
}

function register(company: Company, command: RegisterCompany, at: EpochMs): CompanyEvent[] {
  const { name, industry, profile } = command;
  if (company.registered) {
    const same =
      holdsAt(company.name, at, name) &&
      (industry === undefined || holdsAt(company.industry, at, industry)) &&
      (profile === undefined || saysNothingNew(company, profile, at));
    if (same) return [];
    throw refusals.alreadyRegistered(command.id);
  }
  if (name.trim() === '') throw refusals.textMissing(command.id, 'name');
  const events: CompanyEvent[] = [{ type: 'CompanyRegistered', data: { name } }];
  if (industry !== undefined) events.push({ type: 'IndustryClassified', data: { industry } });
  if (profile !== undefined && Object.keys(profile).length > 0) events.push({ type: 'CompanyProfiled', data: profile });
  return events;
}

export function decide(company: Company, command: CompanyCommand, { at }: Pick<DecideContext, 'at'>): CompanyEvent[] {
  if (command.type === 'RegisterCompany') return register(company, command, at);
  if (!company.registered) throw refusals.unknown(command.id);
  switch (command.type) {
    case 'RenameCompany':
      if (command.name.trim() === '') throw refusals.textMissing(command.id, 'name');
      return holdsAt(company.name, at, command.name) ? [] : [{ type: 'CompanyRenamed', data: { name: command.name } }];
    case 'ClassifyIndustry':
      return holdsAt(company.industry, at, command.industry) ? [] : [{ type: 'IndustryClassified', data: { industry: command.industry } }];
    case 'ProfileCompany':
      return saysNothingNew(company, command.profile, at) ? [] : [{ type: 'CompanyProfiled', data: command.profile }];
    default:
      return assertNever(command);
  }
}

function firstKnown(company: Company, command: CompanyCommand): boolean {
  switch (command.type) {
    case 'RegisterCompany':
      return !company.registered;
    case 'RenameCompany':
      return company.name.length === 0;
    case 'ClassifyIndustry':
      return company.industry.length === 0;
    case 'ProfileCompany':
      return company.profile.length === 0;
  }
}

export const companyKind: StreamKind<Company, CompanyCommand, CompanyEvent> = {
  category: 'company',
  initial: noCompany,
  evolve,
  decide,
  effectiveAt: (company, command, asked, { now }) => dimensionInstant(asked, now, firstKnown(company, command)),
  pipelinesNeeded: () => [],
};
