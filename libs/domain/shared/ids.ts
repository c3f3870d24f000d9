import type { Brand } from './brand.js';

export type EventId = Brand<string, 'EventId'>;
export type StreamName = Brand<string, 'StreamName'>;
export type DealId = Brand<string, 'DealId'>;
export type ContactId = Brand<string, 'ContactId'>;
export type CompanyId = Brand<string, 'CompanyId'>;
export type EmployeeId = Brand<string, 'EmployeeId'>;
export type ProductId = Brand<string, 'ProductId'>;
export type CampaignId = Brand<string, 'CampaignId'>;
export type PipelineId = Brand<string, 'PipelineId'>;
export type StageId = Brand<string, 'StageId'>;

/** What an id may look like in a stream name, a URL and a file name alike: 1 to 120 letters, digits and `. _ ~ -`, no dash or dot first. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,119}$/;

/** The categories of our own streams. Everything else in a shared store is somebody else's. */
export const STREAM_CATEGORIES = [
  'log',
  'deal',
  'contact',
  'company',
  'employee',
  'product',
  'campaign',
  'pipeline',
  'quota',
  'forecast',
  'rate',
] as const;
export type StreamCategory = (typeof STREAM_CATEGORIES)[number];

/** `deal` + `7F3` gives `deal-7F3`. The category is the text before the first dash, as EventStoreDB's `$ce-` projections read it. */
export function streamName(category: StreamCategory, id: string): StreamName {
  return `${category}-${id}` as StreamName;
}

/** The text before the first dash; the whole name where there is none. */
export function categoryOf(stream: string): string {
  const dash = stream.indexOf('-');
  return dash === -1 ? stream : stream.slice(0, dash);
}

/** The text behind the first dash. */
export function idOf(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1);
}
