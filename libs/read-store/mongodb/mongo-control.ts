import type { Collection } from 'mongodb';
import type { ControlRecord, ControlRecords } from '../read-store.port.js';
import { isDuplicateKey } from './mongo-faults.js';

interface ControlDocument {
  readonly _id: string;
  readonly value: ControlRecord['value'];
}

type Run = <T>(work: () => Promise<T>) => Promise<T>;

/** What is behind every key that begins with a prefix: no key of ours holds a character beyond the printable ones. */
const BEHIND = '\uffff';

export function mongoControl(records: Collection<ControlDocument>, run: Run): ControlRecords {
  return {
    list: (prefix) =>
      run(async () => {
        const found = records.find({ _id: { $gte: prefix, $lt: prefix + BEHIND } }).sort({ _id: 1 });
        return (await found.toArray()).map(({ _id, value }) => ({ key: _id, value }));
      }),
    add: ({ key, value }) =>
      run(async () => {
        try {
          await records.insertOne({ _id: key, value });
          return true;
        } catch (error) {
          if (isDuplicateKey(error)) return false;
          throw error;
        }
      }),
    put: ({ key, value }) =>
      run(async () => {
        await records.updateOne({ _id: key }, { $set: { value } }, { upsert: true });
      }),
    remove: (key) =>
      run(async () => {
        await records.deleteOne({ _id: key });
      }),
  };
}
