import { describeProjection } from '../../libs/projection-engine/contract/projection.contract.js';
import { arbitraryLog } from '../../libs/testing/histories.js';
import { dealHistory } from './deal-history.js';

describeProjection(dealHistory, arbitraryLog({ events: 40 }));
