import type { FactMetadata, RecordedFact } from '../../../src/kernel/event-sourcing';
import { foldBatch, subjectsOf, withoutPerson } from '../../../src/platform/processors/fold';
import type { ModelDocument } from '../../../src/platform/read-store/read-store';
import { counters } from '../../support/processing';

const recorded = (position: number, type: string, data: object): RecordedFact => ({
  fact: { type, data },
  metadata: {
    position,
    stream: 'counter-a',
    revision: position,
    eventId: `e${position}`,
    network: 'net_1',
    recordedAt: '2026-11-22T09:00:00.000Z',
  } as FactMetadata,
});
const opened = (position: number, id: string): RecordedFact =>
  recorded(position, 'CounterOpened', { id, owner: { subject: `owner-${id}`, value: 'Sam' } });
const raised = (position: number, id: string, by: number): RecordedFact => recorded(position, 'CounterRaised', { id, by });
const stored = (documents: readonly ModelDocument[]): Map<string, ModelDocument> => new Map(documents.map((each) => [each.id, each]));
const { counterList, sums, poison } = counters;

afterEach(() => void (poison.armed = true));

it('folds a batch into one replacement a document', () => {
  const { documents } = foldBatch(counterList, [opened(1, 'a'), raised(2, 'a', 5), raised(3, 'a', 2)], new Map());
  expect(documents).toEqual([
    { id: 'a', position: 3, subjects: ['owner-a'], doc: { counter: 'a', owner: { subject: 'owner-a', value: 'Sam' }, total: 7, times: 2 } },
  ]);
});

it('changes nothing when it is run twice', () => {
  const facts = [opened(1, 'a'), raised(2, 'a', 5)];
  const first = foldBatch(counterList, facts, new Map());
  expect(foldBatch(counterList, facts, stored(first.documents)).documents).toEqual([]);
});

it('skips facts at or below a document’s position, fact by fact and document by document', () => {
  const before = stored([{ id: 'a', position: 5, subjects: [], doc: { total: 1, times: 1 } }]);
  const { documents } = foldBatch(counterList, [raised(5, 'a', 100), opened(5, 'b'), raised(6, 'a', 2)], before);
  expect(documents.map(({ id, position, doc }) => [id, position, (doc as { total: number }).total])).toEqual([
    ['b', 5, 0],
    ['a', 6, 3],
  ]);
});

it('keeps a removed document as removed, with its position, and lets it begin anew', () => {
  const removed = foldBatch(counterList, [opened(1, 'a'), recorded(2, 'CounterClosed', { id: 'a' }), raised(3, 'a', 1)], new Map());
  expect(removed.documents).toEqual([{ id: 'a', position: 2, subjects: [], doc: null }]);
  expect(foldBatch(counterList, [opened(4, 'a')], stored(removed.documents)).documents[0]).toMatchObject({
    position: 4,
    doc: { total: 0 },
  });
});

it('ignores facts about documents that are not there', () =>
  expect(foldBatch(counterList, [raised(1, 'z', 1)], new Map()).documents).toEqual([]));

it('lets one fact touch several documents, and a sum go on when another fact begins it again', () => {
  const { documents } = foldBatch(sums, [opened(1, 'a'), raised(2, 'a', 4), opened(3, 'b')], new Map());
  expect(documents.map(({ id, doc }) => [id, doc])).toEqual([
    ['all', { total: 4 }],
    ['group-1', { total: 4 }],
  ]);
});

it('parks the key of a fact that cannot be folded, keeps what came before it, and goes on with other keys', () => {
  const { documents, poisoned } = foldBatch(
    counterList,
    [opened(1, 'a'), opened(2, 'b'), raised(3, 'a', 13), raised(4, 'a', 1), raised(5, 'b', 2)],
    new Map(),
  );
  expect(documents.map(({ id, position }) => [id, position])).toEqual([
    ['a', 1],
    ['b', 5],
  ]);
  expect(poisoned.map(({ key, recorded: { metadata } }) => [key, metadata.position])).toEqual([['a', 3]]);
});

it('folds a parked key up to where it waits, and no further', () => {
  const { documents } = foldBatch(counterList, [opened(1, 'a'), raised(2, 'a', 5), raised(4, 'a', 1)], new Map(), new Map([['a', 4]]));
  expect(documents[0]).toMatchObject({ position: 2, doc: { total: 5 } });
});

it('finds the persons in a document by walking it, and takes one out', () => {
  const doc = {
    title: { subject: 'a word', value: 1, more: true },
    people: [{ name: { subject: 'p1', value: 'Ann' } }, { name: { subject: 'p2', value: 'Bob' } }],
    old: { subject: 'p3', erased: true },
  };
  expect(subjectsOf(doc)).toEqual(['p1', 'p2']);
  expect(withoutPerson(doc, 'p1').people).toEqual([{ name: { subject: 'p1', erased: true } }, { name: { subject: 'p2', value: 'Bob' } }]);
  expect(withoutPerson(doc, 'nobody')).toBe(doc);
});
