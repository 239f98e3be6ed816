import { randomBytes, randomUUID } from 'node:crypto';
import {
  type AllPage,
  AppendTooLarge,
  type EventStore,
  MAX_APPEND_BYTES,
  MAX_EVENT_BYTES,
  type NewEvent,
  NO_STREAM,
  RevisionConflict,
  type StoredEvent,
} from '../../src/platform/event-store/event-store';
import { event, follow, many, pages } from '../support/log';

export interface StoreUnderTest {
  readonly store: EventStore;
  close(): Promise<void>;
}

/** What event-store.ts promises, held by every adapter. Works on a store that others write to at the same time. */
export function eventStoreContract(open: () => Promise<StoreUnderTest>): void {
  let store: EventStore;
  let close: () => Promise<void>;
  /** Categories of this run's own, so that a shared server can be used. */
  const run = randomBytes(5).toString('hex');
  const prefix = `giftCard${run}-`;
  let streams = 0;
  const fresh = (category = `giftCard${run}`): string => `${category}-${++streams}`;

  beforeAll(async () => ({ store, close } = await open()));
  afterAll(() => close());

  const contents = (events: readonly StoredEvent[]): NewEvent[] =>
    events.map(({ id, type, data, metadata }) => ({ id, type, data, metadata }));

  describe('append', () => {
    it('begins a stream and goes on with dense revisions and growing positions', async () => {
      const stream = fresh();
      const first = await store.append(stream, NO_STREAM, [event()]);
      const second = await store.append(stream, 0, many(3));
      expect([first.revision, second.revision]).toEqual([0, 3]);
      expect(second.position).toBeGreaterThan(first.position);
      expect(Number.isSafeInteger(second.position)).toBe(true);
      const read = await store.readStream(stream);
      expect(read.map((e) => e.revision)).toEqual([0, 1, 2, 3]);
      expect(read[0].position).toBe(first.position);
      expect(read[3].position).toBe(second.position);
    });

    it('keeps the events of one append together and in order', async () => {
      const stream = fresh();
      const { position } = await store.append(stream, NO_STREAM, many(5));
      await Promise.all([
        store.append(fresh(), NO_STREAM, many(5)),
        store.append(stream, 4, many(5)),
        store.append(fresh(), NO_STREAM, many(5)),
      ]);
      const all = (await pages(store, position - 1, [prefix])).flatMap((page) => page.events);
      const places = all.flatMap((e, i) => (e.stream === stream && e.revision > 4 ? [i] : []));
      expect(places).toEqual([0, 1, 2, 3, 4].map((i) => places[0] + i));
      expect(places.map((i) => all[i].revision)).toEqual([5, 6, 7, 8, 9]);
    });

    it.each<[string, number, number]>([
      ['a stream that is there, expected to be missing', 2, NO_STREAM],
      ['a revision that is behind', 3, 1],
      ['a revision that is ahead', 1, 4],
      ['a stream that is missing, expected to be there', 0, 0],
    ])('refuses %s, names the actual revision and writes nothing', async (_, there, expected) => {
      const stream = fresh();
      if (there > 0) await store.append(stream, NO_STREAM, many(there));
      const refused = store.append(stream, expected, [event()]);
      await expect(refused).rejects.toThrow(RevisionConflict);
      await expect(refused).rejects.toMatchObject({ stream, expected, actual: there - 1 });
      expect(await store.readStream(stream)).toHaveLength(there);
    });

    it('lets one of many that expect the same revision win', async () => {
      const stream = fresh();
      const results = await Promise.allSettled(Array.from({ length: 20 }, () => store.append(stream, NO_STREAM, [event()])));
      const refused = results.filter((r): r is PromiseRejectedResult => r.status === 'rejected');
      expect(results.length - refused.length).toBe(1);
      expect(refused.every((r) => r.reason instanceof RevisionConflict)).toBe(true);
      expect(await store.readStream(stream)).toHaveLength(1);
    });

    it('refuses an empty list', async () => {
      const stream = fresh();
      await expect(store.append(stream, NO_STREAM, [])).rejects.toThrow('at least one event');
      expect(await store.readStream(stream)).toEqual([]);
    });

    it('writes 500 appends at once over 50 streams', async () => {
      const names = Array.from({ length: 50 }, () => fresh());
      const before = await store.head();
      const answers = await Promise.all(
        names.map(async (stream) => {
          const mine = [];
          for (let revision = NO_STREAM; revision < 9; revision++)
            mine.push(await store.append(stream, revision, [event('Counted', { revision })]));
          return mine;
        }),
      );
      const positions = answers.flat().map((a) => a.position);
      expect(new Set(positions).size).toBe(500);
      for (const stream of names) {
        expect((await store.readStream(stream)).map((e) => JSON.parse(e.data).revision + 1)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      }
      const all = (await pages(store, before, [prefix], 100)).flatMap((page) => page.events);
      expect(all.map((e) => e.position)).toEqual([...positions].sort((a, b) => a - b));
    });
  });

  describe('repeating an append', () => {
    it('answers as the first time and writes nothing', async () => {
      const stream = fresh();
      const group = many(3);
      const first = await store.append(stream, NO_STREAM, group);
      expect(await store.append(stream, NO_STREAM, group)).toEqual(first);
      expect(await store.readStream(stream)).toHaveLength(3);
    });

    it('does so after more was written', async () => {
      const stream = fresh();
      await store.append(stream, NO_STREAM, many(2));
      const group = many(2);
      const first = await store.append(stream, 1, group);
      await store.append(stream, 3, many(4));
      expect(await store.append(stream, 1, group)).toEqual(first);
      expect(await store.readStream(stream)).toHaveLength(8);
    });

    it('does so while the first is still on its way', async () => {
      const stream = fresh();
      const group = many(2);
      const [first, second] = await Promise.all([store.append(stream, NO_STREAM, group), store.append(stream, NO_STREAM, group)]);
      expect(second).toEqual(first);
      expect(await store.readStream(stream)).toHaveLength(2);
    });

    it.each<[string, (group: NewEvent[]) => NewEvent[]]>([
      ['one id is another', (group) => [group[0], event()]],
      ['the first id is another', (group) => [event(), group[1]]],
      ['a new event follows', (group) => [...group, event()]],
    ])('is a conflict when %s', async (_, change) => {
      const stream = fresh();
      const group = many(2);
      await store.append(stream, NO_STREAM, group);
      await expect(store.append(stream, NO_STREAM, change(group))).rejects.toThrow(RevisionConflict);
      expect(contents(await store.readStream(stream))).toEqual(group);
    });
  });

  describe('what is stored', () => {
    const loneSurrogate = JSON.stringify({ text: 'a\ud800b' });
    it.each<[string, string]>([
      ['accents, symbols and emoji', JSON.stringify({ name: 'Zoë Ünïcode 東京 🎁 \u2028\u2029' })],
      ['escaped lone surrogates', loneSurrogate],
      ['control characters', JSON.stringify({ text: '\u0000\u0001\t\n\r\u001f\u007f"\\/' })],
      ['numbers at their limits', JSON.stringify({ n: [0.1, 1e21, -0.5, Number.MAX_SAFE_INTEGER, 5e-324] })],
      ['nested and empty values', JSON.stringify({ a: {}, b: [], c: null, d: [[{ e: '' }]], f: false })],
      ['50 kB of text', JSON.stringify({ text: 'é🎁x'.repeat(7_000) })],
    ])('comes back byte for byte: %s', async (_, data) => {
      const stream = fresh();
      const written = { id: randomUUID(), type: 'Told', data, metadata: `{"schema":1,"about":${data},"hash":"abc"}` };
      const { position } = await store.append(stream, NO_STREAM, [written]);
      expect(await store.readStream(stream)).toEqual([{ ...written, stream, revision: 0, position }]);
      expect((await store.readAll({ after: position - 1, prefixes: [prefix], limit: 1 })).events).toEqual([
        { ...written, stream, revision: 0, position },
      ]);
    });

    it('takes an event and an append of the largest size, and none above it', async () => {
      const sized = (bytes: number): NewEvent => ({ ...event(), data: `{"a":"${'x'.repeat(bytes - 10)}"}`, metadata: '{}' });
      const stream = fresh();
      await store.append(stream, NO_STREAM, [sized(MAX_EVENT_BYTES)]);
      await store.append(
        stream,
        0,
        Array.from({ length: 4 }, () => sized(MAX_APPEND_BYTES / 4)),
      );
      await expect(store.append(stream, 4, [sized(MAX_EVENT_BYTES + 1)])).rejects.toThrow(AppendTooLarge);
      await expect(
        store.append(
          stream,
          4,
          Array.from({ length: 5 }, () => sized(MAX_APPEND_BYTES / 4)),
        ),
      ).rejects.toThrow(AppendTooLarge);
      expect(await store.readStream(stream)).toHaveLength(5);
    });
  });

  describe('readStream', () => {
    let stream: string;
    const group = many(130);
    beforeAll(async () => {
      stream = fresh();
      await store.append(stream, NO_STREAM, group);
    });
    const revisions = async (options: Parameters<EventStore['readStream']>[1]): Promise<number[]> =>
      (await store.readStream(stream, options)).map((e) => e.revision);
    const range = (from: number, to: number): number[] =>
      from <= to ? Array.from({ length: to - from + 1 }, (_, i) => from + i) : range(to, from).reverse();

    it.each<[string, Parameters<EventStore['readStream']>[1], number[]]>([
      ['all of it', {}, range(0, 129)],
      ['forwards from a revision, inclusive', { from: 120 }, range(120, 129)],
      ['so many from the beginning', { limit: 3 }, [0, 1, 2]],
      ['many from the middle', { from: 20, limit: 100 }, range(20, 119)],
      ['backwards from the end', { direction: 'backwards' }, range(129, 0)],
      ['the last one', { direction: 'backwards', limit: 1 }, [129]],
      ['backwards from a revision, inclusive', { direction: 'backwards', from: 2 }, [2, 1, 0]],
      ['many backwards from the middle', { direction: 'backwards', from: 100, limit: 90 }, range(100, 11)],
      ['nothing beyond the end', { from: 130 }, []],
    ])('reads %s', async (_, options, expected) => expect(await revisions(options)).toEqual(expected));

    it('gives whole events', async () => expect(contents(await store.readStream(stream))).toEqual(group));

    it('reads nothing of a stream that does not exist', async () => {
      expect(await store.readStream(fresh())).toEqual([]);
      expect(await store.readStream(fresh(), { direction: 'backwards', limit: 1 })).toEqual([]);
    });

    it('gives at most a thousand events', async () => {
      const long = fresh();
      await store.append(long, NO_STREAM, many(700));
      await store.append(long, 699, many(500));
      expect(await store.readStream(long)).toHaveLength(1_000);
      expect((await store.readStream(long, { from: 1_000 })).map((e) => e.revision)).toEqual(range(1_000, 1_199));
    });
  });

  describe('readAll', () => {
    const kinds = { order: `order${run}`, rare: `rare${run}` };
    let before: number;
    const written: string[] = [];
    beforeAll(async () => {
      before = await store.head();
      for (let i = 0; i < 60; i++) {
        const stream = fresh(i % 2 === 0 ? undefined : kinds.order);
        written.push(stream);
        await store.append(stream, NO_STREAM, many(2));
      }
      const stream = fresh(kinds.rare);
      written.push(stream);
      await store.append(stream, NO_STREAM, many(1));
    });
    const streamsOf = (found: readonly AllPage[]): string[] => found.flatMap((page) => page.events.map((e) => e.stream));
    const ofTheRun = (name: string): boolean => name.includes(run);

    it('gives every event once, in the order of the log, page by page', async () => {
      const found = await pages(store, before, undefined, 7);
      expect(found.every((page) => page.events.length <= 7)).toBe(true);
      const events = found.flatMap((page) => page.events);
      expect(events.map((e) => e.position)).toEqual([...new Set(events.map((e) => e.position))].sort((a, b) => a - b));
      expect([...new Set(events.map((e) => e.stream).filter(ofTheRun))]).toEqual(written);
    });

    it('gives only streams that begin with a prefix', async () => {
      const found = streamsOf(await pages(store, before, [`${kinds.order}-`], 7));
      expect(found).toEqual(written.filter((name) => name.startsWith(kinds.order)).flatMap((name) => [name, name]));
    });

    it('takes several prefixes, also shorter and longer ones than a category', async () => {
      const one = written[1];
      const found = streamsOf(await pages(store, before, [`rare${run.slice(0, -1)}`, `${one}`], 5));
      expect([...new Set(found)]).toEqual(written.filter((name) => name.startsWith(one) || name.startsWith(kinds.rare)));
    });

    it('finds nothing for a prefix that no stream has, and says how far it looked', async () => {
      const head = await store.head();
      const found = await pages(store, before, [`nobody${run}-`]);
      expect(streamsOf(found)).toEqual([]);
      expect(found.at(-1)?.next).toBeGreaterThanOrEqual(head);
    });

    it('begins after a position, exclusively', async () => {
      const first = await store.readAll({ after: before, prefixes: [prefix], limit: 2 });
      const second = await store.readAll({ after: first.events[0].position, prefixes: [prefix], limit: 1 });
      expect(second.events).toEqual([first.events[1]]);
    });

    it('knows its head', async () => {
      const head = await store.head();
      const { position } = await store.append(fresh(), NO_STREAM, [event()]);
      expect(position).toBeGreaterThan(head);
      expect(await store.head()).toBeGreaterThanOrEqual(position);
      expect((await store.readAll({ after: position, prefixes: [prefix] })).events).toEqual([]);
    });
  });

  describe('subscribe', () => {
    it('catches up, then follows what is written, without a gap or a double', async () => {
      const before = await store.head();
      const category = `followed${run}`;
      const names = Array.from({ length: 40 }, () => fresh(category));
      for (const stream of names.slice(0, 20)) await store.append(stream, NO_STREAM, many(2));
      const following = follow(store, before, [`${category}-`], (seen) => seen.length >= 80, 10);
      await Promise.all(names.slice(20).map((stream) => store.append(stream, NO_STREAM, many(2))));
      const seen = await following;
      expect(seen.map((e) => e.position)).toEqual([...new Set(seen.map((e) => e.position))].sort((a, b) => a - b));
      expect(new Set(seen.map((e) => `${e.stream} ${e.revision}`))).toEqual(new Set(names.flatMap((name) => [`${name} 0`, `${name} 1`])));
    });

    it('takes several prefixes', async () => {
      const before = await store.head();
      const [a, b, c] = ['a', 'b', 'c'].map((name) => fresh(`${name}${run}`));
      const following = follow(store, before, [`a${run}-`, `c${run}-`], (seen) => seen.length >= 3);
      await store.append(a, NO_STREAM, [event()]);
      await store.append(b, NO_STREAM, [event()]);
      await store.append(c, NO_STREAM, many(2));
      expect((await following).map((e) => e.stream)).toEqual([a, c, c]);
    });

    it('hands over the next batch when the one before was handled', async () => {
      const before = await store.head();
      const category = `slow${run}`;
      await store.append(fresh(category), NO_STREAM, many(9));
      const stop = new AbortController();
      let busy = 0;
      const sizes: number[] = [];
      for await (const page of store.subscribe({ after: before, prefixes: [`${category}-`], signal: stop.signal, batch: 3 })) {
        expect(++busy).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 10));
        busy--;
        if (page.events.length > 0) sizes.push(page.events.length);
        if (sizes.reduce((sum, size) => sum + size, 0) === 9) stop.abort();
      }
      expect(Math.max(...sizes)).toBeLessThanOrEqual(3);
    });

    it('ends when it is aborted while it waits, and at once when it was aborted before', async () => {
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 50);
      const after = await store.head();
      for await (const page of store.subscribe({ after, prefixes: [`nobody${run}-`], signal: stop.signal }))
        expect(page.events).toEqual([]);
      for await (const page of store.subscribe({ after, signal: AbortSignal.abort() }))
        throw new Error(`${page.next} came after the abort`);
      expect(stop.signal.aborted).toBe(true);
    });

    it('lets go of everything when the consumer breaks off or throws', async () => {
      const before = await store.head();
      await store.append(fresh(`broken${run}`), NO_STREAM, many(2));
      const signal = new AbortController().signal;
      const once = async (): Promise<void> => {
        for await (const page of store.subscribe({ after: before, prefixes: [`broken${run}-`], signal })) {
          if (page.events.length > 0) throw new Error('the handler gave up');
        }
      };
      await expect(once()).rejects.toThrow('the handler gave up');
      expect(await follow(store, before, [`broken${run}-`], (seen) => seen.length === 2)).toHaveLength(2);
    });
  });

  describe('the store itself', () => {
    it('has a name that stays', async () => {
      const id = await store.logId();
      expect(id).toMatch(/^[0-9a-f-]{36}$/);
      expect(await store.logId()).toBe(id);
    });

    it('says that it can append', async () => expect(await store.check()).toBeUndefined());
  });
}
