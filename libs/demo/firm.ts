import type { Command } from '../domain/commands.js';
import type { ProcessTimeline } from '../domain/pipeline/process-timeline.js';
import type { Actor } from '../domain/shared/envelope.js';
import type { CampaignId, EmployeeId, PipelineId, ProductId } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { DemoStep } from './demo-step.js';
import { firmProcesses } from './firm-processes.js';
import { Random } from './random.js';
import { DEPARTMENTS, FIRST_NAMES, OFFICES, SURNAMES, TEAMS } from './words.js';
import { DAY, atWork, later } from './working-time.js';

export interface FirmOptions {
  readonly seed: number;
  readonly deals: number;
  readonly begins: EpochMs;
  readonly endsAt: EpochMs;
  readonly removesStage: boolean;
}

export interface Seller {
  readonly id: EmployeeId;
  /** Undefined: has been there since before the history begins. */
  readonly hiredAt: EpochMs | undefined;
}

interface Product {
  readonly id: ProductId;
  readonly name: string;
  readonly series: string;
  /** Whole euros. */
  readonly price: number;
}

interface Campaign {
  readonly id: CampaignId;
  readonly name: string;
  readonly channel: string;
  readonly startsAt: EpochMs;
}

const PRODUCTS: readonly Product[] = [
  { id: 'desk-sit' as ProductId, name: 'Desk Sit', series: 'Desks', price: 390 },
  { id: 'desk-stand' as ProductId, name: 'Desk Stand', series: 'Desks', price: 720 },
  { id: 'panel-quiet' as ProductId, name: 'Quiet panel', series: 'Acoustics', price: 260 },
  { id: 'booth-solo' as ProductId, name: 'Solo booth', series: 'Acoustics', price: 4_900 },
  { id: 'room-pilot' as ProductId, name: 'Pilot room', series: 'Rooms', price: 18_500 },
  { id: 'care-plan' as ProductId, name: 'Care plan', series: 'Service', price: 1_450 },
];

/** Nobody in particular: what the firm's own administration enters. */
const OFFICE: Actor = { id: 'E01', kind: 'person' };

const plural = (number: number, digits: number): string => String(number).padStart(digits, '0');

/** The firm whose history it is: its people, products, campaigns and processes, and how they change. Small, whatever the number of deals. */
export class Firm {
  readonly processes: ReadonlyMap<PipelineId, ProcessTimeline>;
  readonly products = PRODUCTS;
  readonly campaigns: readonly Campaign[];
  readonly revisedAt: EpochMs;
  readonly #sellers: Seller[] = [];
  readonly #steps: DemoStep[] = [];
  readonly #random: Random;
  readonly #insiders: { readonly id: EmployeeId; readonly department: string }[] = [];
  #number = 0;

  constructor(private readonly options: FirmOptions) {
    const { begins, endsAt, removesStage } = options;
    this.#random = new Random(options.seed, 0);
    this.revisedAt = startOfMonth(begins + (endsAt - begins) / 2);
    this.processes = firmProcesses(this.revisedAt, removesStage);
    this.campaigns = this.#planCampaigns();
    this.#definePipelines();
    this.#registerProducts();
    this.#registerCampaigns();
    this.#registerPeople();
    this.#reorganise();
    this.#steps.sort((a, b) => a.at - b.at);
  }

  /** Everything that the firm does to itself, in time order. */
  get steps(): readonly DemoStep[] {
    return this.#steps;
  }

  sellersAt(at: EpochMs): readonly Seller[] {
    return this.#sellers.filter((seller) => seller.hiredAt === undefined || seller.hiredAt <= at);
  }

  sellerAt(at: EpochMs, random: Random): EmployeeId {
    return random.pick(this.sellersAt(at)).id;
  }

  receiver(random: Random): { readonly employeeId: EmployeeId; readonly department: string } {
    const { id, department } = random.pick(this.#insiders);
    return { employeeId: id, department };
  }

  campaignAt(at: EpochMs, random: Random): CampaignId | undefined {
    const running = this.campaigns.filter((campaign) => campaign.startsAt <= at && campaign.startsAt > at - 240 * DAY);
    return running.length === 0 ? undefined : random.pick(running).id;
  }

  #enter(at: EpochMs, command: Command, dates: { effectiveAt?: EpochMs } = {}): void {
    this.#number += 1;
    this.#steps.push({ key: `demo/${this.options.seed}/firm/${this.#number}`, at, actor: OFFICE, command, ...dates });
  }

  #definePipelines(): void {
    const { begins } = this.options;
    for (const { pipelineId, versions } of this.processes.values()) {
      for (const { version, process } of versions) {
        if (version === 1) this.#enter(begins, { type: 'DefinePipeline', id: pipelineId, process });
        // Decided a week ahead: a process version may be dated in the future.
        else
          this.#enter(
            atWork(this.revisedAt - 7 * DAY, this.#random),
            { type: 'RevisePipeline', id: pipelineId, process },
            { effectiveAt: this.revisedAt },
          );
      }
    }
  }

  #registerProducts(): void {
    const { begins, endsAt } = this.options;
    for (const { id, name, series, price } of PRODUCTS) {
      this.#enter(begins, { type: 'RegisterProduct', id, name, series, listPrice: { minor: price * 100, currency: 'EUR' } });
      let raised = price;
      for (let at = later(begins, 365, this.#random); at < endsAt; at = later(at, 365, this.#random)) {
        raised = Math.round(raised * this.#random.between(1.01, 1.06));
        this.#enter(at, { type: 'SetListPrice', id, listPrice: { minor: raised * 100, currency: 'EUR' } }, { effectiveAt: at });
      }
    }
    const renamedAt = later(begins, 500, this.#random);
    if (renamedAt < endsAt)
      this.#enter(renamedAt, { type: 'RenameProduct', id: 'booth-solo' as ProductId, name: 'Focus booth' }, { effectiveAt: renamedAt });
  }

  #planCampaigns(): Campaign[] {
    const { begins, endsAt } = this.options;
    const kinds = [
      ['spring-fair', 'Spring fair', 'event'],
      ['call-round', 'Call round', 'telemarketing'],
      ['quiet-offices', 'Quiet offices', 'newsletter'],
    ] as const;
    const campaigns: Campaign[] = [];
    for (let number = 0, at = begins; at < endsAt; number += 1, at += 121 * DAY) {
      const [slug, name, channel] = kinds[number % kinds.length] ?? kinds[0];
      const year = new Date(at).getUTCFullYear();
      campaigns.push({
        id: `${slug}-${year}-${plural(number, 2)}` as CampaignId,
        name: `${name} ${year}`,
        channel,
        startsAt: atWork(at, this.#random),
      });
    }
    return campaigns;
  }

  #registerCampaigns(): void {
    this.campaigns.forEach(({ id, name, channel, startsAt }, index) => {
      this.#enter(startsAt, { type: 'RegisterCampaign', id, name, channel }, { effectiveAt: startsAt });
      const renamedAt = later(startsAt, 9, this.#random);
      if (index % 4 === 1)
        this.#enter(renamedAt, { type: 'RenameCampaign', id, name: `${name}, second round` }, { effectiveAt: renamedAt });
    });
  }

  #name(): string {
    return `${this.#random.pick(FIRST_NAMES)} ${this.#random.pick(SURNAMES)}`;
  }

  /** E01 manages the firm, then one manager a team, the people who receive requests, the sellers; some sellers are hired on the way. */
  #registerPeople(): void {
    const { begins, endsAt, deals } = this.options;
    const random = this.#random;
    const sellers = Math.min(200, Math.max(4, Math.round(3 + Math.sqrt(deals) / 2)));
    let number = 0;
    const nextId = (): EmployeeId => `E${plural((number += 1), 2)}` as EmployeeId;
    const director = nextId();
    this.#enter(begins, {
      type: 'RegisterEmployee',
      id: director,
      name: this.#name(),
      department: 'management',
      managerId: null,
      office: OFFICES[0],
    });
    const managers = TEAMS.map((team, index) => {
      const id = nextId();
      const office = OFFICES[index % OFFICES.length] ?? OFFICES[0];
      this.#enter(begins, {
        type: 'RegisterEmployee',
        id,
        name: this.#name(),
        team,
        managerId: director,
        office,
        department: 'field sales',
      });
      return id;
    });
    for (const department of DEPARTMENTS) {
      for (let count = department === 'inside sales' ? Math.ceil(sellers / 8) + 1 : 1; count > 0; count -= 1) {
        const id = nextId();
        this.#enter(begins, {
          type: 'RegisterEmployee',
          id,
          name: this.#name(),
          managerId: director,
          office: random.pick(OFFICES),
          department,
        });
        this.#insiders.push({ id, department });
      }
    }
    for (let seller = 0; seller < sellers; seller += 1) {
      const id = nextId();
      const team = seller % TEAMS.length;
      const hiredAt = seller < sellers * 0.7 ? undefined : atWork(random.between(begins + 60 * DAY, endsAt - 120 * DAY), random);
      const said = {
        name: this.#name(),
        team: TEAMS[team] ?? null,
        managerId: managers[team] ?? director,
        office: random.pick(OFFICES),
        department: 'field sales',
      };
      this.#enter(hiredAt ?? begins, { type: 'RegisterEmployee', id, ...said }, hiredAt === undefined ? {} : { effectiveAt: hiredAt });
      this.#sellers.push({ id, hiredAt });
    }
  }

  /** People change team, manager, office, department and name; some of it is entered late, some is decided ahead. */
  #reorganise(): void {
    const { begins, endsAt } = this.options;
    const random = this.#random;
    const moves = Math.max(8, Math.round(this.#sellers.length * 0.9));
    for (let move = 0; move < moves; move += 1) {
      const at = atWork(random.between(begins + 90 * DAY, endsAt - 20 * DAY), random);
      const seller = random.pick(this.#sellers);
      if (seller.hiredAt !== undefined && seller.hiredAt > at - 60 * DAY) continue;
      const { id } = seller;
      const team = random.whole(0, TEAMS.length - 1);
      const dates = { effectiveAt: random.chance(0.3) ? at + random.whole(1, 30) * DAY : at - random.whole(0, 12) * DAY };
      const manager = `E${plural(2 + team, 2)}` as EmployeeId; // the managers follow the director, a team each
      switch (move % 5) {
        case 0:
        case 1:
          this.#enter(at, { type: 'JoinTeam', id, team: TEAMS[team] ?? null }, dates);
          this.#enter(at, { type: 'AssignManager', id, managerId: manager }, dates);
          break;
        case 2:
          this.#enter(at, { type: 'JoinOffice', id, office: random.pick(OFFICES) }, dates);
          break;
        case 3:
          this.#enter(at, { type: 'RenameEmployee', id, name: this.#name() }, dates);
          break;
        default:
          this.#enter(at, { type: 'JoinDepartment', id, department: random.pick(['field sales', 'inside sales']) }, dates);
      }
    }
  }
}

function startOfMonth(at: EpochMs): EpochMs {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}
