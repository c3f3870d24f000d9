import type { ReadModel, ReadStore } from '../read-store/read-store.port.js';

/**
 * The version that owns rows and checkpoint is the model's own (1, 2, …, below 1,000) plus 1,000 for each rebuild: a rebuild of the same version is built beside
 * the rows in use like any new version, and readers follow the store's pointer.
 */
const BUILDS = 1_000;

/** What the pointer names where the build that it named was dropped: the version of no model. */
export const NO_BUILD = 0;

export function modelVersionOf(builtVersion: number): number {
  return builtVersion % BUILDS;
}

export function nextBuild(builtVersion: number): number {
  return builtVersion + BUILDS;
}

export function builtModel(model: ReadModel, builtVersion: number): ReadModel {
  return { ...model, version: builtVersion };
}

/** The rows that readers ask: the build that the pointer names. Null where no build of this model's version is finished yet. */
export async function modelInUse(readStore: ReadStore, model: ReadModel): Promise<ReadModel | null> {
  const built = await readStore.currentVersion(model.name);
  return built === null || modelVersionOf(built) !== model.version ? null : builtModel(model, built);
}
