import { NO_STREAM, RevisionConflict, type StoredEvent, StoreUnavailable } from '../../../src/platform/event-store/event-store';
import { EventStoreDbEventStore } from '../../../src/platform/event-store/eventstoredb';
import { event, follow, many } from '../../support/log';
import { type EventStoreDbServer, eventStoreDbServer } from '../../support/eventstoredb-server';

const soon = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !holds(); i++) await soon(10);
  expect(holds()).toBe(true);
}

describe('The adapter of EventStoreDB, when the server fails', () => {
  let server: EventStoreDbServer;
  let store: EventStoreDbEventStore;
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);

  beforeEach(async () => {
    process.on('unhandledRejection', note);
    process.on('uncaughtException', note);
    server = await eventStoreDbServer();
    store = new EventStoreDbEventStore({ url: server.url, deadline: 400 });
  });
  afterEach(async () => {
    await store.close();
    await soon(20);
    expect(server.open).toBe(0);
    await server.close();
    process.off('unhandledRejection', note);
    process.off('uncaughtException', note);
    expect(unhandled).toEqual([]);
  });

  const ours = (): string[] =>
    server.log.events.filter(({ stream }) => !stream.startsWith('$')).map(({ stream, revision }) => `${stream} ${revision}`);

  it('gives an append up at the deadline when the server is silent, and the same append can be repeated', async () => {
    server.faults.silent = true;
    const group = many(2);
    const begun = performance.now();
    await expect(store.append('card-1', NO_STREAM, group)).rejects.toThrow(StoreUnavailable);
    expect(performance.now() - begun).toBeGreaterThan(300);
    server.faults.silent = false;
    expect(await store.append('card-1', NO_STREAM, group)).toMatchObject({ revision: 1 });
    expect(ours()).toEqual(['card-1 0', 'card-1 1']);
  });

  it('gives reads up at the deadline when the server is silent, and leaves none of them open', async () => {
    await store.append('card-1', NO_STREAM, many(2));
    server.faults.silent = true;
    await expect(store.readStream('card-1')).rejects.toThrow(StoreUnavailable);
    await expect(store.readAll()).rejects.toThrow(StoreUnavailable);
    await expect(store.check()).rejects.toThrow(StoreUnavailable);
    await until(() => server.open === 0);
    server.faults.silent = false;
    expect(await store.readStream('card-1')).toHaveLength(2);
    expect(await store.check()).toBeUndefined();
  });

  it.each(['written', 'lost'] as const)(
    'tells that the outcome is unknown when the line is cut and the append was %s; a repeat writes it once',
    async (cut) => {
      await store.append('card-1', NO_STREAM, [event()]);
      const group = many(2);
      server.faults.cut = cut;
      await expect(store.append('card-1', 0, group)).rejects.toThrow(StoreUnavailable);
      expect(ours()).toHaveLength(cut === 'written' ? 3 : 1);
      expect(await store.append('card-1', 0, group)).toMatchObject({ revision: 2 });
      expect(ours()).toEqual(['card-1 0', 'card-1 1', 'card-1 2']);
    },
  );

  it('tells a conflict from a repeat after a cut', async () => {
    server.faults.cut = 'written';
    await expect(store.append('card-1', NO_STREAM, many(1))).rejects.toThrow(StoreUnavailable);
    await expect(store.append('card-1', NO_STREAM, many(1))).rejects.toThrow(RevisionConflict);
  });

  it('says unavailable while the server starts, and reads again by itself', async () => {
    server.faults.notReady = 1;
    await expect(store.append('card-1', NO_STREAM, [event()])).rejects.toThrow(StoreUnavailable);
    await store.append('card-1', NO_STREAM, [event()]);
    server.faults.notReady = 2;
    expect(await store.readStream('card-1')).toHaveLength(1);
    expect(server.faults.notReady).toBe(0);
  });

  it('works on when the server was stopped and has come back', async () => {
    await store.append('card-1', NO_STREAM, [event()]);
    await server.stop();
    await expect(store.append('card-1', 0, [event()])).rejects.toThrow(StoreUnavailable);
    await expect(store.check()).rejects.toThrow(StoreUnavailable);
    await server.start();
    const group = many(1);
    for (let done = false; !done;)
      done = await store.append('card-1', 0, group).then(
        () => true,
        () => soon(50).then(() => false),
      );
    expect(ours()).toEqual(['card-1 0', 'card-1 1']);
  });

  it('fails no other append when the line is cut under many, and none is written twice', async () => {
    const write = async (stream: string): Promise<void> => {
      for (let revision = NO_STREAM; revision < 9; revision++) {
        const group = [event()];
        while (!(await store.append(stream, revision, group).then(() => true, unavailable))) await soon(20);
      }
    };
    const unavailable = (error: unknown): boolean => {
      expect(error).toBeInstanceOf(StoreUnavailable);
      return false;
    };
    const names = Array.from({ length: 20 }, (_, i) => `card-${i}`);
    const writing = Promise.all(names.map(write));
    for (let i = 0; i < 4; i++) await soon(30).then(() => server.cut());
    await writing;
    for (const name of names) expect((await store.readStream(name)).map((e) => e.revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(ours()).toHaveLength(200);
  });

  it.each<[string, () => Promise<void> | void]>([
    ['its line is cut', () => server.cut()],
    ['the server ends it without an error', () => server.endSubscriptions('cleanly')],
    ['the server ends it with an error', () => server.endSubscriptions('unavailable')],
    [
      'the server is stopped and started',
      () =>
        server
          .stop()
          .then(() => soon(150))
          .then(() => server.start()),
    ],
  ])(
    'goes on with a subscription when %s: nothing lost, nothing doubled',
    async (_, fail) => {
      for (let i = 0; i < 20; i++) await store.append(`card-${i}`, NO_STREAM, many(3));
      let last: StoredEvent[] = [];
      const following = follow(store, 0, ['card-'], (seen) => (last = [...seen]).length >= 123, 7);
      await until(() => last.length >= 60);
      for (let i = 0; i < 3; i++) {
        await fail();
        const group = many(21);
        while (
          !(await store.append(`card-more${i}`, NO_STREAM, group).then(
            () => true,
            () => soon(30).then(() => false),
          ))
        );
        await until(() => last.length >= 60 + 21 * (i + 1));
      }
      const seen = await following;
      expect(seen.map((e) => `${e.stream} ${e.revision}`)).toEqual(ours());
    },
    20_000,
  );

  it('waits for a server that is not there yet', async () => {
    await server.stop();
    const following = follow(store, 0, undefined, (seen) => seen.length > 0);
    await soon(100);
    await server.start();
    const group = many(1);
    while (
      !(await store.append('card-1', NO_STREAM, group).then(
        () => true,
        () => soon(30).then(() => false),
      ))
    );
    expect((await following).map((e) => e.stream)).toEqual(['card-1']);
  });

  it('holds the server back when a consumer is slow', async () => {
    const large = {
      type: 'Large',
      contentType: 'application/json',
      data: Buffer.from(JSON.stringify('x'.repeat(4_000))),
      metadata: Buffer.from('{}'),
    };
    for (let i = 0; i < 2_000; i++) server.log.append(`card-${i}`, NO_STREAM, [{ id: event().id, ...large }]);
    const stop = new AbortController();
    let pages = 0;
    for await (const page of store.subscribe({ after: 0, signal: stop.signal, batch: 10 })) {
      expect(page.events.length).toBeLessThanOrEqual(10);
      await soon(50);
      if (++pages === 5) stop.abort();
    }
    expect(server.sent).toBeLessThan(1_000);
  });

  it('shows nobody the server’s own events and the log’s name', async () => {
    const logId = await store.logId();
    await store.append('card-1', NO_STREAM, [event()]);
    expect((await store.readAll()).events.map((e) => e.stream)).toEqual(['card-1']);
    expect(ours()).toEqual(['logIdentity 0', 'card-1 0']);
    const second = new EventStoreDbEventStore({ url: server.url });
    expect(await second.logId()).toBe(logId);
    const renewed = await second.renewLogId();
    expect(renewed).not.toBe(logId);
    expect(await second.logId()).toBe(renewed);
    await second.close();
    expect(await store.check()).toBeUndefined();
  });

  it('ends with the last event of ours, however much the server has written of its own, and does not search that twice', async () => {
    expect(await store.head()).toBe(0);
    let written = 0;
    const statistics = (): unknown =>
      server.log.append('$stats-0.0.0.0:2113', written++ - 1, [
        {
          id: crypto.randomUUID(),
          type: '$statsCollected',
          contentType: 'application/json',
          data: Buffer.from('{}'),
          metadata: Buffer.from('{}'),
        },
      ]);
    for (let i = 0; i < 250; i++) statistics();
    expect(await store.head()).toBe(0);
    await store.logId();
    expect(await store.head()).toBe(0);
    const { position } = await store.append('card-1', NO_STREAM, [event()]);
    for (let i = 0; i < 250; i++) statistics();
    expect(await store.head()).toBe(position);
    const before = server.sent;
    statistics();
    expect([await store.head(), await store.head()]).toEqual([position, position]);
    expect(server.sent - before).toBeLessThan(110);
    // Whoever follows the log is at its end when it has this far.
    const stop = new AbortController();
    for await (const page of store.subscribe({ after: 0, signal: stop.signal })) if (page.next >= position) stop.abort();
    const later = await store.append('card-1', 0, [event()]);
    expect(await store.head()).toBe(later.position);
  });

  it('lets two that begin at once agree on the name of the log', async () => {
    const second = new EventStoreDbEventStore({ url: server.url });
    const [one, other] = await Promise.all([store.logId(), second.logId()]);
    expect(other).toBe(one);
    await second.close();
  });

  it.each([
    ['integer-like keys out of order', '{"b":1,"1":2}'],
    ['spaces', '{ "a": 1 }'],
    ['text that is no JSON', 'hello'],
  ])('refuses what would not come back byte for byte: %s', async (_, data) => {
    await expect(store.append('card-1', NO_STREAM, [{ ...event(), data }])).rejects.toThrow();
    expect(ours()).toEqual([]);
  });

  it('is closed after it was closed', async () => {
    await store.close();
    await expect(store.append('card-1', NO_STREAM, [event()])).rejects.toThrow(StoreUnavailable);
    await expect(store.readStream('card-1')).rejects.toThrow(StoreUnavailable);
  });
});
