import { isShared } from '../wiring/config.js';
import type { Config } from '../wiring/config.js';
import type { Ownership } from '../wiring/data-directory.js';
import { findOwner, ownOrFind, ownerInWords, tryOwn } from '../wiring/data-directory.js';
import type { CommonOptions } from './environment.js';
import { Remote, remoteAt } from './remote.js';

/** How long a command waits for the owner of its data directory to end. */
const WAIT_MS = 10_000;

/** Where a command does its work (design section 8). */
export type Where =
  /** Without an ownership where nothing in the data directory is to be owned. */
  | { readonly kind: 'here'; readonly own?: Ownership }
  | { readonly kind: 'server'; readonly remote: Remote }
  /** Another process owns the directory and has no HTTP address: questions are answered beside it. */
  | { readonly kind: 'beside'; readonly owner: string };

/** For questions: without an owner here, with one through it, beside it where it cannot be asked. */
export async function whereToAsk(config: Config, { url }: CommonOptions, doing: string): Promise<Where> {
  if (url !== undefined) return { kind: 'server', remote: remoteAt(url, config.token) };
  if (isShared(config)) return { kind: 'here' };
  const { dataDir } = config;
  const taken = tryOwn(dataDir, doing);
  if ('own' in taken) return { kind: 'here', own: taken.own };
  const owner = taken.owner ?? (await findOwner(dataDir));
  return owner?.address
    ? { kind: 'server', remote: new Remote(owner.address, config.token) }
    : { kind: 'beside', owner: ownerInWords(owner) };
}

/** For work: without an owner here, with one inside it; an owner without an address is waited for. @throws DirectoryOwned */
export async function whereToWork(config: Config, { url }: CommonOptions, doing: string): Promise<Exclude<Where, { kind: 'beside' }>> {
  if (url !== undefined) return { kind: 'server', remote: remoteAt(url, config.token) };
  if (isShared(config)) return { kind: 'here' };
  const { dataDir } = config;
  const found = await ownOrFind(dataDir, doing, WAIT_MS);
  return 'own' in found ? { kind: 'here', own: found.own } : { kind: 'server', remote: new Remote(found.address, config.token) };
}
