import type { RequestSource } from '../domain/deal/deal.events.js';
import type { DealId, EmployeeId } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { Requester } from './customers.js';
import { DealDiary } from './deal-diary.js';
import type { DemoStep } from './demo-step.js';
import { Random } from './random.js';
import { salesProcess } from './sales-process.js';
import type { Story, World } from './world.js';
import { CHANNELS, MARKETING_LISTS, QUESTIONS, SOURCES } from './words.js';

function dealId(number: number): DealId {
  return `D${String(number).padStart(5, '0')}` as DealId;
}

function source(random: Random): RequestSource {
  return random.weighted<RequestSource>([
    [80, { kind: 'known', source: random.pick(SOURCES) }],
    [10, { kind: 'unknown' }],
    [10, { kind: 'not-asked' }],
  ]);
}

/** One request, from the first question to whatever became of it. */
export function* dealStory(world: World, number: number, at: EpochMs): Story {
  const random = new Random(world.seed, 1, number);
  const diary = new DealDiary(dealId(number), random, at, world.seed);
  const { receiver, requester } = yield* register(world, diary);
  if (random.chance(0.015)) world.spawn(duplicate(world, diary, requester, number));

  const contacted = random.chance(0.88);
  if (contacted) {
    diary.wait(random.skewed(0.8));
    const note = random.chance(0.4) ? { note: 'Knows what it wants, not yet when' } : {};
    yield diary.fact(receiver, { type: 'RecordFirstContact', id: diary.id, channel: random.pick(CHANNELS), ...note });
  }
  diary.wait(random.skewed(contacted ? 2 : 1));
  const outcome = random.weighted([
    [66, 'sales'],
    [26, 'marketing'],
    [4, 'filed'],
    [4, 'forgotten'],
  ] as const);
  switch (outcome) {
    case 'sales':
      return yield* salesProcess(world, diary, receiver, requester);
    case 'marketing': {
      const lists = random.chance(0.3) ? [...MARKETING_LISTS.slice(0, 2)] : [random.pick(MARKETING_LISTS)];
      yield diary.fact(receiver, { type: 'RouteRequestToMarketing', id: diary.id, lists, reason: 'No plans this year' });
      return world.customers.closedRequest(requester.contactId, diary.id);
    }
    case 'filed':
      yield diary.fact(receiver, { type: 'FileRequest', id: diary.id, reason: 'Wants to sell us something' });
      return world.customers.closedRequest(requester.contactId, diary.id);
    case 'forgotten':
      return;
  }
}

/** Company, contact, request, in that order; the request is dated when it came in. */
function* register(world: World, diary: DealDiary): Generator<DemoStep, { receiver: EmployeeId; requester: Requester }, void> {
  const { firm, customers } = world;
  const { random } = diary;
  const receivedBy = firm.receiver(random);
  const requester = customers.nextRequester(random);
  for (const command of requester.news) yield diary.news(receivedBy.employeeId, command);
  const campaignId = random.chance(0.35) ? firm.campaignAt(diary.at, random) : undefined;
  const { contactId, companyId, earlierRequest } = requester;
  yield diary.fact(
    receivedBy.employeeId,
    {
      ...{
        type: 'RegisterRequest',
        id: diary.id,
        contactId,
        companyId,
        summary: random.pick(QUESTIONS),
        source: source(random),
        receivedBy,
      },
      origin: campaignId === undefined ? { kind: 'spontaneous' } : { kind: 'provoked', campaignId },
      ...(random.chance(0.75) ? { productId: random.pick(firm.products).id } : {}),
      ...(earlierRequest === undefined ? {} : { earlierRequest }),
    },
    { punctual: true },
  );
  return { receiver: receivedBy.employeeId, requester };
}

/** Somebody else answered the same phone: registered twice, found out, withdrawn; once in a while it was no duplicate after all. */
function* duplicate(world: World, original: DealDiary, { contactId, companyId }: Requester, number: number): Story {
  const random = new Random(world.seed, 3, number);
  const diary = new DealDiary(`${original.id}-twice` as DealId, random, original.at, world.seed);
  const receivedBy = world.firm.receiver(random);
  const by = receivedBy.employeeId;
  diary.wait(random.between(0, 1));
  const summary = random.pick(QUESTIONS);
  const registered = diary.fact(
    by,
    {
      type: 'RegisterRequest',
      id: diary.id,
      contactId,
      companyId,
      summary,
      source: source(random),
      origin: { kind: 'spontaneous' },
      receivedBy,
    },
    { remembered: true, punctual: true },
  );
  yield registered;
  diary.wait(random.between(1, 6));
  const withdrawn = diary.correct(by, registered, 'RequestRegistered', { kind: 'void' }, `The same request as ${original.id}`, {
    remembered: true,
  });
  yield withdrawn;
  if (random.chance(0.8)) return;
  diary.wait(random.between(1, 6));
  yield diary.correct(by, withdrawn, 'HistoryCorrected', { kind: 'void' }, 'It was another question after all');
  diary.wait(random.between(0, 3));
  yield diary.fact(by, { type: 'RouteRequestToMarketing', id: diary.id, lists: ['newsletter'], reason: 'Asks again next year' });
}
