import { stage } from '../../testing/deal-words.js';
import { givenOf } from '../../testing/given.js';
import type { PipelineId } from '../shared/ids.js';
import { BEGINNING_OF_TIME } from '../shared/instant.js';
import { pipelineKind } from './pipeline.decider.js';
import type { PipelineEvent, ProcessDefinition, Stage } from './pipeline.events.js';
import { FOUR_STAGES, REQUEST_TO_QUOTE } from './pipeline.templates.js';
import { inForceAt, presentStage } from './process-timeline.js';

const begins = Date.UTC(2025, 0, 1);
const now = Date.UTC(2025, 5, 1);
const given = givenOf(pipelineKind, { stream: 'pipeline-sales', begins, now });
const id = 'sales' as PipelineId;
const defined: PipelineEvent = { type: 'PipelineDefined', data: { version: 1, process: FOUR_STAGES } };
const revised = (version: number, process: ProcessDefinition): PipelineEvent => ({ type: 'PipelineRevised', data: { version, process } });

const weighing = (...weights: (number | null)[]): ProcessDefinition => ({
  ...FOUR_STAGES,
  stages: FOUR_STAGES.stages.map((each, index) => ({ ...each, weight: weights[index] ?? null })),
});
const without = (gone: string, to?: string): ProcessDefinition => ({
  ...FOUR_STAGES,
  stages: FOUR_STAGES.stages.filter((each) => each.id !== gone),
  removedStages: to === undefined ? [] : [{ stageId: stage(gone), to: stage(to) }],
});

describe('defining a pipeline', () => {
  it('begins with version 1, from the beginning of time unless a date is given', () => {
    given().when({ type: 'DefinePipeline', id, process: FOUR_STAGES }).then(defined);
    const define = { type: 'DefinePipeline', id, process: FOUR_STAGES } as const;
    const clock = { now, latestAt: null };
    expect(pipelineKind.effectiveAt({ versions: [] }, define, undefined, clock)).toEqual({ at: BEGINNING_OF_TIME, dated: false });
    expect(pipelineKind.effectiveAt({ versions: [] }, define, begins, clock)).toEqual({ at: begins, dated: true });
  });

  it('is nothing where it is defined so already, and refused where it is otherwise', () => {
    given(defined).when({ type: 'DefinePipeline', id, process: FOUR_STAGES }).thenNothing();
    given(defined)
      .when({ type: 'DefinePipeline', id, process: REQUEST_TO_QUOTE })
      .thenRefused('pipeline/already-defined', { legal: ['RevisePipeline'] });
  });

  it('takes any number of stages from one on: five to seven as most have, more where the product is complex (CF01, CF02, CF05, C13)', () => {
    for (const stages of [1, 4, 5, 7, 12]) {
      const process = {
        ...FOUR_STAGES,
        stages: Array.from({ length: stages }, (_, n): Stage => ({ ...(FOUR_STAGES.stages[0] as Stage), id: stage(`s${n}`) })),
      };
      given()
        .when({ type: 'DefinePipeline', id, process })
        .then({ type: 'PipelineDefined', data: { version: 1, process } });
    }
    given()
      .when({ type: 'DefinePipeline', id, process: { ...FOUR_STAGES, stages: [] } })
      .thenRefused('pipeline/bad-process', { faults: ['it has no stage: one at least'] });
  });

  it('has weights that do not decrease along the stages, or none (FC02)', () => {
    given()
      .when({ type: 'DefinePipeline', id, process: weighing(1_000, 3_000, 2_000, 8_000) })
      .thenRefused('pipeline/weights-decrease', { stage: 'proposal', before: 'meeting' });
    given()
      .when({ type: 'DefinePipeline', id, process: weighing(1_000, null, 900, null) })
      .thenRefused('pipeline/weights-decrease', { stage: 'proposal', before: 'qualification' });
    const process = weighing(null, null, null, null);
    given()
      .when({ type: 'DefinePipeline', id, process })
      .then({ type: 'PipelineDefined', data: { version: 1, process } });
  });

  it('says every fault of a process at once', () => {
    const [first, second] = FOUR_STAGES.stages as [Stage, Stage];
    const process = { ...FOUR_STAGES, name: ' ', stages: [first, { ...second, id: first.id, weight: 20_000 }] };
    given()
      .when({ type: 'DefinePipeline', id, process })
      .thenRefused('pipeline/bad-process', {
        faults: ['it has no name', 'stage qualification is there twice', 'the weight of qualification is not 0 to 10000 basis points'],
      });
  });
});

describe('revising a process', () => {
  const lighter = weighing(500, 2_500, 5_000, 9_000);

  it('makes a new version in force from its date, ahead too; the history under the old one stays (CF03)', () => {
    given(defined)
      .when({ type: 'RevisePipeline', id, process: lighter }, { at: Date.UTC(2026, 0, 1) })
      .then(revised(2, lighter));
    const versions = [
      { version: 1, from: BEGINNING_OF_TIME, process: FOUR_STAGES },
      { version: 2, from: now, process: lighter },
    ];
    expect(inForceAt({ versions }, now - 1)?.version).toBe(1);
    expect(inForceAt({ versions }, now)?.version).toBe(2);
    expect(inForceAt({ versions: versions.slice(1) }, now - 1)).toBeUndefined();
  });

  it('is nothing where that process is in force already, and needs a pipeline', () => {
    given(defined).when({ type: 'RevisePipeline', id, process: FOUR_STAGES }).thenNothing();
    given()
      .when({ type: 'RevisePipeline', id, process: lighter })
      .thenRefused('pipeline/unknown', { legal: ['DefinePipeline'] });
  });

  it('says where the deals of a removed stage go', () => {
    given(defined)
      .when({ type: 'RevisePipeline', id, process: without('meeting') })
      .thenRefused('pipeline/removed-stage-without-target', { stages: ['meeting'] });
    given(defined)
      .when({ type: 'RevisePipeline', id, process: without('meeting', 'proposal') })
      .then(revised(2, without('meeting', 'proposal')));
    given(defined)
      .when({ type: 'RevisePipeline', id, process: without('meeting', 'demo') })
      .thenRefused('pipeline/bad-process', {
        faults: ['removedStages sends the deals of meeting to demo, which this version does not have'],
      });
  });

  it('takes no stage out in the past: deals have stood there', () => {
    given(defined)
      .when({ type: 'RevisePipeline', id, process: without('meeting', 'proposal') }, { at: now - 86_400_000 })
      .thenRefused('pipeline/removal-in-the-past', { stages: ['meeting'] });
    given(defined)
      .when({ type: 'RevisePipeline', id, process: lighter }, { at: now - 86_400_000 })
      .then(revised(2, lighter));
  });

  it('finds its place among versions dated ahead', () => {
    const next: PipelineEvent = revised(2, without('meeting', 'proposal'));
    const withDemo: ProcessDefinition = {
      ...FOUR_STAGES,
      stages: [...FOUR_STAGES.stages, { ...(FOUR_STAGES.stages[3] as Stage), id: stage('signing') }],
    };
    given(defined, { ...next, at: Date.UTC(2026, 0, 1) })
      .when({ type: 'RevisePipeline', id, process: withDemo })
      .thenRefused('pipeline/later-version-lacks-stage', { version: 2, stages: ['signing'] });
    given(defined, { ...next, at: Date.UTC(2026, 0, 1) })
      .when({ type: 'RevisePipeline', id, process: lighter })
      .then(revised(3, lighter));
  });

  it('sends a deal on through every version that took its stage out', () => {
    const timeline = {
      pipelineId: id,
      versions: [
        { version: 1, from: BEGINNING_OF_TIME, process: FOUR_STAGES },
        { version: 2, from: 100, process: without('meeting', 'proposal') },
        {
          version: 3,
          from: 200,
          process: { ...without('proposal', 'closing'), stages: without('meeting').stages.filter((s) => s.id !== 'proposal') },
        },
      ],
    };
    expect(presentStage(timeline, stage('meeting'), 99)).toBe('meeting');
    expect(presentStage(timeline, stage('meeting'), 100)).toBe('proposal');
    expect(presentStage(timeline, stage('meeting'), 200)).toBe('closing');
    expect(presentStage(timeline, stage('nowhere'), 200)).toBeUndefined();
  });
});

describe('the templates', () => {
  it('are S3’s four stages with their weights, and the request-to-quote process whose first two steps are the statuses before a deal (CF06, KK06)', () => {
    expect(FOUR_STAGES.stages.map((each) => [each.id, each.weight])).toEqual([
      ['qualification', 1_000],
      ['meeting', 3_000],
      ['proposal', 6_000],
      ['closing', 8_000],
    ]);
    // What the buyer goes through, stage by stage (KK06).
    expect(FOUR_STAGES.stages.map((each) => each.buyerPhase)).toEqual(['awareness', 'consideration', 'decision', 'decision']);
    expect(REQUEST_TO_QUOTE.stages.map((each) => each.id)).toEqual(['qualified-lead', 'quote']);
    for (const process of [FOUR_STAGES, REQUEST_TO_QUOTE]) {
      given()
        .when({ type: 'DefinePipeline', id, process })
        .then({ type: 'PipelineDefined', data: { version: 1, process } });
    }
  });
});
