import type { Position } from '../domain/shared/position.js';
import { LOG_START } from '../domain/shared/position.js';
import type { LaneOptions } from './lane.js';
import { Lane } from './lane.js';
import type { Member } from './member.js';

/** The lanes of a projector: members at one place in the log go on together, the others each in a lane of their own until they meet. */
export class Lanes {
  private lanes: readonly Lane[] = [];

  constructor(
    private readonly options: LaneOptions,
    private readonly onChange: () => void,
  ) {}

  all(): readonly Lane[] {
    return this.lanes;
  }

  running(): Lane[] {
    return this.lanes.filter((lane) => lane.running().length > 0);
  }

  members(): Member[] {
    return this.lanes.flatMap((lane) => lane.members);
  }

  add(members: readonly Member[]): void {
    if (members.length === 0) return;
    this.set([...this.lanes, ...byCheckpoint(members).map((group) => new Lane(this.options, group))]);
  }

  remove(members: readonly Member[]): void {
    if (members.length === 0) return;
    const rest = this.lanes.flatMap((lane) => {
      const left = lane.members.filter((member) => !members.includes(member));
      if (left.length === lane.members.length) return [lane];
      return left.length === 0 ? [] : [laneAt(this.options, left, lane.cursor)];
    });
    this.set(rest);
  }

  /** Lanes that have come equally far go on as one. */
  join(): void {
    const open = this.running();
    if (open.length < 2) return;
    const places = new Map<Position, Lane[]>();
    for (const lane of open) places.set(lane.cursor, [...(places.get(lane.cursor) ?? []), lane]);
    if (places.size === open.length) return;
    const joined = [...places].map(([cursor, [first, ...more]]) =>
      more.length === 0 && first !== undefined
        ? first
        : laneAt(
            this.options,
            [first, ...more].flatMap((lane) => lane?.members ?? []),
            cursor,
          ),
    );
    this.set([...this.lanes.filter((lane) => !open.includes(lane)), ...joined]);
  }

  /** How far the one behind all others has come; undefined where none runs. */
  lowestCursor(): Position | undefined {
    return this.running()
      .map(({ cursor }) => cursor)
      .sort()[0];
  }

  private set(lanes: readonly Lane[]): void {
    this.lanes = lanes;
    this.onChange();
  }
}

function laneAt(options: LaneOptions, members: readonly Member[], cursor: Position): Lane {
  const lane = new Lane(options, members);
  lane.cursor = cursor;
  return lane;
}

function byCheckpoint(members: readonly Member[]): Member[][] {
  const groups = new Map<Position, Member[]>();
  for (const member of members) {
    const at = member.checkpoint?.position ?? LOG_START;
    groups.set(at, [...(groups.get(at) ?? []), member]);
  }
  return [...groups.values()];
}
