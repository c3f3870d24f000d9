import { describeProjection } from '../../libs/projection-engine/contract/projection.contract.js';
import { arbitraryLog } from '../../libs/testing/histories.js';
import { pipelineSnapshot } from './pipeline-snapshot.js';

describeProjection(pipelineSnapshot, arbitraryLog({ events: 40 }));
