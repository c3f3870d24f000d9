import type { ReadModel, ReadStore } from '../../libs/read-store/read-store.port.js';

/** The version that readers use: a new one is built beside the old until a pointer switches. */
export async function modelInUse(readStore: ReadStore, model: ReadModel): Promise<ReadModel> {
  const version = await readStore.currentVersion(model.name);
  return version === null || version === model.version ? model : { ...model, version };
}
