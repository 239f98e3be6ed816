import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Fact } from '../../../src/kernel/event-sourcing';
import { verifyChain } from '../../../src/platform/event-store/chain';
import { Codec, eventId, subjectsOf } from '../../../src/platform/event-store/codec';
import type { NewEvent, StoredEvent } from '../../../src/platform/event-store/event-store';
import { contextOf } from '../../support/fakes';

const stream = 'purse-1';
const at = '2026-11-22T09:00:00.000Z';
const keyOf = (subject: string): [string, Buffer] => [subject, Buffer.alloc(32, subject)];
const keys = new Map(['anna', 'ben'].map(keyOf));
const codec = new Codec({ upcasts: {}, personal: { Invited: ['guest.name', 'guests.*.email', 'note'] } });

const stored = (events: readonly NewEvent[], from = 0): StoredEvent[] =>
  events.map((event, i) => ({ ...event, stream, revision: from + i, position: 100 + i }));
const encode = (facts: readonly Fact[], commandId = 'a', end = { revision: -1, hash: '' }): NewEvent[] =>
  codec.encode(stream, contextOf(commandId), facts, at, end, keys);
const invited: Fact = {
  type: 'Invited',
  data: {
    guest: { name: { subject: 'anna', value: 'Anna Ünïcødé' } },
    guests: [{ email: { subject: 'ben', value: 'ben@example.com' } }, {}],
    table: 4,
  },
};

describe('Metadata', () => {
  it('has its fields in a fixed order, absent ones left out, the hash last', () => {
    const context = contextOf('a', { causation: 'c', requestId: 'r', requestHash: 'h' });
    const [event] = codec.encode(stream, context, [invited], at, { revision: -1, hash: '' }, keys);
    const fields = 'schema network actor correlation causation requestId commandId requestHash subjects recordedAt hash';
    expect(Object.keys(JSON.parse(event?.metadata as string) as object)).toEqual(fields.split(' '));
    const [short] = encode([{ type: 'Deposited', data: {} }]);
    const text = short?.metadata.replace(/"hash":"[\w-]{43}"/, '"hash":"…"');
    const actor = '"actor":{"kind":"employee","id":"emp_1"},"correlation":"correlation-of-a","commandId":"a"';
    expect(text).toBe(`{"schema":1,"network":"net_1",${actor},"recordedAt":"${at}","hash":"…"}`);
  });
});

describe('Whatever a context says', () => {
  it('is valid JSON, comes back, and does not disturb the chain', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('","hash":"', '\\', '"', ',"hash":"x"}', '\u2028'));
    fc.assert(
      fc.property(text, text, text, (correlation, requestId, id) => {
        const context = contextOf(`cmd-${id}`, { correlation, requestId, actor: { kind: 'apiKey', id } });
        const events = stored(codec.encode(stream, context, [{ type: 'Deposited', data: {} }], at, { revision: -1, hash: '' }));
        expect(codec.decode(events[0] as StoredEvent).metadata).toMatchObject({
          correlation,
          requestId,
          commandId: `cmd-${id}`,
          actor: { id },
        });
        expect(verifyChain(stream, events).whole).toBe(true);
      }),
    );
  });
});

describe('An event id', () => {
  it('is a UUID that depends on stream, command and index only', () => {
    expect(eventId('a', 'b', 0, '1')).toBe(eventId('a', 'b', 0, '1'));
    const others = [eventId('a', 'b', 1, '1'), eventId('a', 'c', 0, '1'), eventId('x', 'b', 0, '1'), eventId('a', 'b', 0, '2')];
    expect(new Set([eventId('a', 'b', 0, '1'), ...others]).size).toBe(5);
    expect(eventId('a', 'b', 0, '1')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('Facts', () => {
  it('come back as they were, whatever strings and numbers they hold', () => {
    fc.assert(
      fc.property(
        fc.record({ text: fc.string({ unit: 'grapheme' }), amount: fc.maxSafeInteger(), list: fc.array(fc.string()) }),
        (data) => {
          const [event] = stored(encode([{ type: 'Anything', data }]));
          expect(codec.decode(event as StoredEvent).fact).toEqual({ type: 'Anything', data });
        },
      ),
    );
  });
  it('of an old schema are read as the current one', () => {
    const newer = new Codec({ upcasts: { Deposited: [(data: { cents: number }) => ({ amount: data.cents })] }, personal: {} });
    const [old] = stored(encode([{ type: 'Deposited', data: { cents: 5 } }]));
    expect(newer.decode(old as StoredEvent).fact.data).toEqual({ amount: 5 });
    const [written] = newer.encode(stream, contextOf('b'), [{ type: 'Deposited', data: { amount: 5 } }], at, { revision: -1, hash: '' });
    expect(written?.metadata).toContain('"schema":2,');
    expect(() => codec.decode({ ...written, stream, revision: 0, position: 1 } as StoredEvent)).toThrow('schema 2');
  });
});

describe('Personal values', () => {
  const [event] = stored(encode([invited])) as [StoredEvent];

  it('are not in what is stored, and come back with their keys', () => {
    expect(event.data).not.toMatch(/Anna|ben@example/);
    expect(event.data).toContain('"table":4');
    expect(codec.decode(event, keys).fact).toEqual(invited);
    expect(codec.decode(event, keys).metadata.subjects).toEqual(['anna', 'ben']);
    expect(subjectsOf([event, event])).toEqual(['anna', 'ben']);
  });
  it('read as erased without a key, the rest stays', () => {
    const { data } = codec.decode(event, new Map([keyOf('ben')])).fact;
    expect(data).toEqual({
      guest: { name: { subject: 'anna', erased: true } },
      guests: [{ email: { subject: 'ben', value: 'ben@example.com' } }, {}],
      table: 4,
    });
  });
  it('of somebody who is erased already are not written at all', () => {
    const [late] = codec.encode(stream, contextOf('b'), [invited], at, { revision: -1, hash: '' }, new Map([keyOf('ben')]));
    expect(late?.data).toContain('{"name":{"subject":"anna","erased":true}}');
  });
  it('are bound to their event and their place in it', () => {
    const data = JSON.parse(event.data) as { guest: { name: { sealed: string } }; note?: unknown };
    const moved = { ...event, data: JSON.stringify({ ...data, guest: {}, note: data.guest.name }) };
    expect(() => codec.decode(moved, keys)).toThrow();
    expect(() => codec.decode({ ...event, id: eventId(stream, 'other', 0, '1') }, keys)).toThrow();
  });
  it('of one person are sealed together, each bound to its place among the others', () => {
    const twice: Fact = { type: 'Invited', data: { guest: { name: { subject: 'anna', value: 'Anna' } }, guests: [{ email: { subject: 'anna', value: 'anna@example.com' } }, { email: { subject: 'ben', value: 'ben@example.com' } }] } }; // prettier-ignore
    const [together] = stored(encode([twice])) as [StoredEvent];
    expect(codec.decode(together, keys).fact).toEqual(twice);
    type Place = { sealed: string | number };
    const data = JSON.parse(together.data) as { guest: { name: Place }; guests: [{ email: Place }, { email: Place }] };
    expect([data.guest.name.sealed, data.guests[0].email.sealed, data.guests[1].email.sealed]).toEqual([
      expect.stringMatching(/^2\./),
      1,
      expect.stringMatching(/^2\./),
    ]);
    const altered = (change: (copy: typeof data) => void): StoredEvent => {
      const copy = structuredClone(data);
      change(copy);
      return { ...together, data: JSON.stringify(copy) };
    };
    expect(() =>
      codec.decode(
        altered(({ guest, guests: [first] }) => ([guest.name, first.email] = [first.email, guest.name])),
        keys,
      ),
    ).toThrow();
    expect(() =>
      codec.decode(
        altered(({ guests }) => void guests.shift()),
        keys,
      ),
    ).toThrow();
    expect(() =>
      codec.decode(
        altered(({ guest }) => (guest.name.sealed = 0)),
        keys,
      ),
    ).toThrow();
    expect(codec.decode(together, new Map([keyOf('ben')])).fact.data).toEqual({
      guest: { name: { subject: 'anna', erased: true } },
      guests: [{ email: { subject: 'anna', erased: true } }, { email: { subject: 'ben', value: 'ben@example.com' } }],
    });
  });
  it('that a module forgot to declare stop the write rather than being stored in clear', () => {
    const careless: Fact = { type: 'Noted', data: { by: { subject: 'anna', value: 'Anna' } } };
    expect(() => encode([careless])).toThrow('does not declare');
  });
  it('join their subject by the e-mail address in the fact', () => {
    expect(codec.subjectsIn(invited)).toEqual(new Map([['anna', {}], ['ben', { email: 'ben@example.com' }]])); // prettier-ignore
    expect(codec.subjectsIn({ type: 'Deposited', data: {} })).toBeUndefined();
  });
});

describe('The chain', () => {
  const facts = [1, 2, 3, 4].map((amount): Fact => ({ type: 'Deposited', data: { amount } }));
  const events = stored(encode(facts));

  it('hashes exactly what anybody can recompute from the stored strings', () => {
    let previous = '';
    for (const { id, type, data, metadata, revision } of events) {
      const at = metadata.lastIndexOf(',"hash":"');
      const text = [previous, stream, revision, id, type, data, metadata.slice(0, at)].join('\n');
      previous = createHash('sha256').update(text).digest('base64url');
      expect(metadata.slice(at)).toBe(`,"hash":"${previous}"}`);
    }
    expect(verifyChain(stream, events)).toEqual({ whole: true, hash: previous, revision: 3 });
  });
  it('goes on over several appends, and can be verified from where one left off', () => {
    const end = { revision: -1, hash: '' };
    const first = stored(encode(facts.slice(0, 2), 'a', end));
    const after = { ...end };
    const second = stored(encode(facts.slice(2), 'b', end), 2);
    expect(verifyChain(stream, [...first, ...second]).whole).toBe(true);
    expect(verifyChain(stream, second, after).whole).toBe(true);
    expect(verifyChain(stream, second).whole).toBe(false);
  });
  it('breaks at any change of any stored string', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.constantFrom('id', 'type', 'data', 'metadata'), fc.nat(), (index, field, place) => {
        const text = events[index]?.[field as 'id'] as string;
        const cut = place % text.length;
        const altered = `${text.slice(0, cut)}${text[cut] === 'x' ? 'y' : 'x'}${text.slice(cut + 1)}`;
        const check = verifyChain(
          stream,
          events.map((event, i) => (i === index ? { ...event, [field]: altered } : event)),
        );
        expect(check).toMatchObject({ whole: false, revision: index });
      }),
    );
  });
  it.each([
    ['a missing event', [events[0], events[2]], 'gap'],
    ['an event of another stream', [{ ...events[0], stream: 'purse-2' }], 'other-stream'],
    ['an event without a hash', [{ ...events[0], metadata: '{"schema":1}' }], 'no-hash'],
    ['events in another order', [events[1], events[0]], 'gap'],
  ])('breaks at %s', (_, changed, reason) => expect(verifyChain(stream, changed as StoredEvent[])).toMatchObject({ whole: false, reason }));
});
