import { placeOf, Throttle, type Places, type Throttled } from '../../../src/platform/security/throttle';
import { alone, oneOfSeveral, openParts, type Parts } from './stores';

const MINUTE = 60_000;

let parts: Parts;
beforeEach(async () => {
  parts = await openParts();
});
afterEach(() => parts.close());

async function throttle(events = alone): Promise<Throttle> {
  const made = new Throttle(parts.clock, parts.vault, parts.store, events);
  await made.onModuleInit();
  return made;
}

/** How many of so many tries at once were let through. */
async function through(target: Throttle, what: Throttled, places: Places, tries: number): Promise<number> {
  const answers = await Promise.allSettled(Array.from({ length: tries }, () => target.take(what, places)));
  return answers.filter(({ status }) => status === 'fulfilled').length;
}

describe.each([
  ['alone on its log', alone],
  ['one of several', oneOfSeveral],
])('A throttle, %s', (_, events) => {
  it('counts a burst whole', async () => {
    const target = await throttle(events);
    expect(await through(target, 'second-factor', { account: 'emp_1' }, 12)).toBeLessThanOrEqual(6);
    await expect(target.take('second-factor', { account: 'emp_1' })).rejects.toMatchObject({ code: 'too-many-requests' });
  });

  it('says how long to wait, and refills evenly', async () => {
    const target = await throttle(events);
    for (let tries = 0; tries < 6; tries += 1) await target.take('second-factor', { account: 'emp_1' });
    await expect(target.take('second-factor', { account: 'emp_1' })).rejects.toMatchObject({ details: { retryAfterSeconds: 150 } });
    parts.clock.advance(2.5 * MINUTE);
    await target.take('second-factor', { account: 'emp_1' });
    await expect(target.take('second-factor', { account: 'emp_1' })).rejects.toMatchObject({ code: 'too-many-requests' });
    parts.clock.advance(15 * MINUTE);
    for (let tries = 0; tries < 6; tries += 1) await target.take('second-factor', { account: 'emp_1' });
  });

  it('never locks a shop out by right codes', async () => {
    const target = await throttle(events);
    for (let tries = 0; tries < 200; tries += 1) await (await target.take('card-code', { ip: '203.0.113.7', card: 'card_1' })).giveBack();
    await target.take('card-code', { ip: '203.0.113.7', card: 'card_1' });
  });

  it('takes nothing from the other buckets when one is empty', async () => {
    const target = await throttle(events);
    for (let tries = 0; tries < 10; tries += 1) await target.take('sign-in', { ip: '203.0.113.7', account: 'victim@example.com' });
    for (let tries = 0; tries < 60; tries += 1) {
      await expect(target.take('sign-in', { ip: '203.0.113.7', account: 'victim@example.com' })).rejects.toMatchObject({
        code: 'too-many-requests',
      });
    }
    for (let tries = 0; tries < 10; tries += 1) await target.take('sign-in', { ip: '203.0.113.7', account: 'another@example.com' });
    await target.take('sign-in', { ip: '198.51.100.9', account: 'victim@example.com' });
  });
});

it('Several processes count together', async () => {
  const [first, second] = [await throttle(oneOfSeveral), await throttle(oneOfSeveral)];
  const taken = await Promise.all([
    through(first, 'second-factor', { account: 'emp_1' }, 3),
    through(second, 'second-factor', { account: 'emp_1' }, 3),
  ]);
  expect(taken[0]! + taken[1]!).toBe(6);
  await expect(first.take('second-factor', { account: 'emp_1' })).rejects.toMatchObject({ code: 'too-many-requests' });
  await expect(second.take('second-factor', { account: 'emp_1' })).rejects.toMatchObject({ code: 'too-many-requests' });
});

it('A flood of addresses takes bounded memory', async () => {
  const target = await throttle();
  for (let address = 0; address < 60_000; address += 1)
    await target.take('link', { ip: `${address >> 16}.${(address >> 8) & 255}.${address & 255}.1` });
  expect((target as unknown as { levels: Map<string, unknown> }).levels.size).toBeLessThanOrEqual(50_000);
});

it.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '::ffff:203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['::1', '0:0:0:0::/64'],
])('The place of %s is %s', (ip, place) => expect(placeOf(ip)).toBe(place));
