import { describeProjection } from '../../libs/projection-engine/contract/projection.contract.js';
import { arbitraryLog } from '../../libs/testing/histories.js';
import { dealDirectory } from './deal-directory.js';

describeProjection(dealDirectory, arbitraryLog({ events: 40 }));
