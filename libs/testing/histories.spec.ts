import fc from 'fast-check';
import { catalog } from '../event-catalog/catalog.js';
import { arbitraryLog } from './histories.js';
import { holds } from './property.js';

describe('generated histories', () => {
  it('hold only what a log would take', async () => {
    await holds(
      fc.property(arbitraryLog(), (events) => {
        for (const { type, data, metadata } of events) catalog.checkStored(type, metadata.schemaVersion, data, metadata);
      }),
    );
  });
});
