// Made-up names, put together at random. No real person is meant, and none of these words occurs in an id, a team, an office or a firm:
// who a person is stands in sealed fields alone (words.spec.ts).

export const FIRST_NAMES = [
  ...['Aava', 'Bastien', 'Cosima', 'Darijo', 'Elowen', 'Fabrizia', 'Gwenael', 'Hjalmar', 'Isaura', 'Jorunn', 'Kasimir', 'Liselotte'],
  ...['Matthijs', 'Ninette', 'Oswaldo', 'Perrine', 'Quirijn', 'Ragnhild', 'Sunniva', 'Thibault', 'Ulrikke', 'Veronique', 'Willemijn'],
  ...['Xaviera', 'Yngvild', 'Zdenka', 'Anneliese', 'Bogumil', 'Clothilde', 'Diederik', 'Evangeline', 'Florentin'],
] as const;

export const SURNAMES = [
  ...['Aldenkamp', 'Brynildsen', 'Castelbrook', 'Dunkerhof', 'Eversleigh', 'Fjeldgaard', 'Grimsdottir', 'Haverkamp', 'Isaksdal'],
  ...['Jonkersma', 'Kettleworth', 'Lavigerie', 'Munkvold', 'Nieuwenhuys', 'Oosterbaan', 'Pellegrand', 'Quackernack', 'Rosenquist'],
  ...['Stjernholm', 'Tollefsrud', 'Uyttendaele', 'Vandermeulen', 'Wesselink', 'Yardleson', 'Zandstra', 'Abbestad', 'Bjornegren'],
  ...['Corvinelli', 'Draaisma', 'Engelbrekt', 'Farquharson', 'Goossenaerts'],
] as const;

export const ROLES = [
  'purchasing',
  'facility management',
  'managing director',
  'office management',
  'operations',
  'finance',
  'architect',
] as const;

export const FIRM_BEGINNINGS = [
  ...['Alto', 'Blue', 'Cedar', 'Delta', 'East', 'Fern', 'Granite', 'Harbour', 'Iron', 'Juniper', 'Kelp', 'Lake', 'Meadow', 'North', 'Oak'],
  ...['Pine', 'Quartz', 'River', 'Stone', 'Tide', 'Upland', 'Valley', 'West', 'Yellow', 'Zinc', 'Amber', 'Birch', 'Copper', 'Dune', 'Elm'],
] as const;
export const FIRM_MIDDLES = ['field', 'bridge', 'port', 'ford', 'mill', 'yard', 'gate', 'side', 'wood', 'ridge', 'dale', 'point'] as const;
export const FIRM_ENDINGS = [
  'Logistics',
  'Paper',
  'Clinics',
  'Software',
  'Foods',
  'Engineering',
  'Insurance',
  'Housing',
  'Textiles',
  'Energy',
  'Schools',
] as const;

/** By the ending of the firm's name: what it does. */
export const INDUSTRY_OF: Readonly<Record<(typeof FIRM_ENDINGS)[number], string>> = {
  Logistics: 'transport',
  Paper: 'manufacturing',
  Clinics: 'health care',
  Software: 'software',
  Foods: 'food',
  Engineering: 'manufacturing',
  Insurance: 'finance',
  Housing: 'real estate',
  Textiles: 'retail',
  Energy: 'energy',
  Schools: 'education',
};
export const COUNTRIES = ['SE', 'NO', 'DK', 'NL', 'BE', 'DE'] as const;

export const OFFICES = ['Gent', 'Utrecht', 'Malmo'] as const;
export const TEAMS = ['Coast', 'Inland', 'Public sector', 'Key accounts'] as const;
export const DEPARTMENTS = ['inside sales', 'after-sales', 'management', 'project office', 'marketing'] as const;

export const SOURCES = ['website', 'phone', 'referral', 'trade-fair', 'newsletter', 'linkedin', 'existing-customer'] as const;
export const CHANNELS = ['phone', 'e-mail', 'video call', 'visit'] as const;
export const QUESTIONS = [
  'Wants a quote for the new floor',
  'Asks for delivery times and a price for forty seats',
  'Renews the whole office next year and compares suppliers',
  'Needs a replacement for what we delivered five years ago',
  'Saw us at the fair and asks for a visit',
  'Wants to know whether the framework contract can be extended',
  'Needs acoustic panels before the summer',
  'Asks what a pilot room would cost',
] as const;
export const WIN_REASONS = ['price', 'relationship', 'delivery-time', 'design', 'service'] as const;
export const LOSS_REASONS = ['price', 'competitor', 'no-decision', 'comparison-quote', 'project-cancelled', 'no-answer'] as const;
export const MARKETING_LISTS = ['newsletter', 'workshops', 'case-studies', 'new-year-card'] as const;
