import { Telling } from '../../testing/tell.js';
import type { HistoryCorrected } from './correction.js';
import type { DomainEvent, RecordedEvent } from './envelope.js';
import { factsAsKnown, factsAsOf } from './history.js';
import type { EventId } from './ids.js';
import { isoInstant } from './instant.js';

const at = (day: number): number => Date.UTC(2025, 2, day);
const noted = (note: string): DomainEvent => ({ type: 'Noted', data: { note } });

/** One stream, told as it is recorded; what is known of it is a list of notes. */
class Story {
  private readonly telling = new Telling();

  note(day: number, note: string): EventId {
    return this.telling.tell('deal-d1', at(day), noted(note)).eventId;
  }

  insert(day: number, note: string, after?: EventId): EventId {
    return this.correct({ kind: 'insert', event: fact(day, note), ...(after === undefined ? {} : { after }), reason: 'late' });
  }

  replace(target: EventId, day: number, note: string): EventId {
    return this.correct({ kind: 'replace', target, event: fact(day, note), reason: 'wrong' });
  }

  void(target: EventId): EventId {
    return this.correct({ kind: 'void', target, reason: 'never was' });
  }

  /** What is known after the first `known` events: all of them where left out. */
  notes(known = this.telling.events.length): string[] {
    const { facts } = factsAsKnown<{ type: 'Noted'; data: { note: string } }>(this.telling.events, this.last(known).position);
    return facts.map((each) => each.data.note);
  }

  asOf(day: number, known = this.telling.events.length): string[] {
    const facts = factsAsOf<{ type: 'Noted'; data: { note: string } }>(this.telling.events, this.last(known).position, at(day));
    return facts.map((each) => each.data.note);
  }

  private last(known: number): RecordedEvent {
    return this.telling.events[known - 1] as RecordedEvent; // the spec knows how many it told
  }

  private correct(data: HistoryCorrected['data']): EventId {
    return this.telling.tell('deal-d1', at(28), { type: 'HistoryCorrected', data }).eventId;
  }
}

function fact(day: number, note: string) {
  return { type: 'Noted', schemaVersion: 1, data: { note }, effectiveAt: isoInstant(at(day)) };
}

describe('the history law', () => {
  it('orders by what happened, not by what was recorded, and keeps what had happened by T', () => {
    const story = new Story();
    story.note(1, 'first');
    story.note(9, 'late');
    story.note(5, 'backdated');
    expect(story.notes()).toEqual(['first', 'backdated', 'late']);
    expect(story.asOf(5)).toEqual(['first', 'backdated']);
    expect(story.asOf(9, 2)).toEqual(['first', 'late']);
  });

  it('still shows the wrong fact where K is before the correction', () => {
    const story = new Story();
    story.note(1, 'first');
    const wrong = story.note(2, 'wrong');
    story.replace(wrong, 2, 'right');
    expect(story.notes(2)).toEqual(['first', 'wrong']);
    expect(story.notes()).toEqual(['first', 'right']);
  });

  it('lets the last correction that names an event win', () => {
    const story = new Story();
    story.note(1, 'first');
    const event = story.note(2, 'one');
    story.replace(event, 2, 'two');
    story.replace(event, 3, 'three');
    expect(story.notes()).toEqual(['first', 'three']);
    story.void(event);
    expect(story.notes()).toEqual(['first']);
    story.replace(event, 2, 'four');
    expect(story.notes()).toEqual(['first', 'four']);
  });

  it('restores what a correction had replaced when that is voided', () => {
    const story = new Story();
    story.note(1, 'first');
    const event = story.note(2, 'one');
    const second = story.replace(event, 2, 'two');
    const third = story.replace(event, 2, 'three');
    const undo = story.void(third);
    expect(story.notes()).toEqual(['first', 'two']);
    story.void(second);
    expect(story.notes()).toEqual(['first', 'one']);
    story.void(undo);
    expect(story.notes()).toEqual(['first', 'three']);
  });

  it('brings an event back when its voiding is voided, and takes it away when that is voided in turn', () => {
    const story = new Story();
    story.note(1, 'first');
    const event = story.note(2, 'second');
    const undo = story.void(event);
    expect(story.notes()).toEqual(['first']);
    const redo = story.void(undo);
    expect(story.notes()).toEqual(['first', 'second']);
    story.void(redo);
    expect(story.notes()).toEqual(['first']);
  });

  it('names an inserted fact by its correction: it is replaced, voided and restored by that id', () => {
    const story = new Story();
    story.note(1, 'first');
    const inserted = story.insert(2, 'inserted');
    story.replace(inserted, 3, 'replaced');
    expect(story.notes()).toEqual(['first', 'replaced']);
    const gone = story.void(inserted);
    expect(story.notes()).toEqual(['first']);
    story.void(gone);
    expect(story.notes()).toEqual(['first', 'replaced']);
  });

  it('gives a replacement the place of what it replaces among the facts of one instant', () => {
    const story = new Story();
    const first = story.note(1, 'first');
    story.note(1, 'second');
    story.replace(first, 1, 'replaced');
    expect(story.notes()).toEqual(['replaced', 'second']);
  });

  it('puts an insert last of its instant, or right after the fact it names', () => {
    const story = new Story();
    const first = story.note(1, 'first');
    story.note(1, 'second');
    story.insert(1, 'last');
    expect(story.notes()).toEqual(['first', 'second', 'last']);
    const between = story.insert(1, 'after the first', first);
    expect(story.notes()).toEqual(['first', 'after the first', 'second', 'last']);
    story.insert(1, 'after that', between);
    story.insert(1, 'and another after the first', first);
    expect(story.notes()).toEqual(['first', 'after the first', 'after that', 'and another after the first', 'second', 'last']);
  });

  it('keeps the place after a fact that is voided later', () => {
    const story = new Story();
    story.note(1, 'first');
    const second = story.note(1, 'second');
    story.note(1, 'third');
    story.insert(1, 'after the second', second);
    story.void(second);
    expect(story.notes()).toEqual(['first', 'after the second', 'third']);
  });

  it('withdraws the stream when its first event is voided, at every T from that K on, until the voiding is voided', () => {
    const story = new Story();
    const first = story.note(1, 'first');
    story.note(2, 'second');
    const withdrawal = story.void(first);
    expect(story.asOf(28)).toEqual([]);
    expect(story.asOf(28, 2)).toEqual(['first', 'second']);
    story.void(withdrawal);
    expect(story.asOf(28)).toEqual(['first', 'second']);
  });
});
