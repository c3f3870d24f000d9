import { describeProjection } from '../../libs/projection-engine/contract/projection.contract.js';
import { arbitraryLog } from '../../libs/testing/histories.js';
import { dimensionTimelines } from './dimension-timelines.js';

describeProjection(dimensionTimelines, arbitraryLog({ events: 40 }));
