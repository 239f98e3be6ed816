import { Alerts } from '../../../src/platform/security/alerts';
import { openParts, type Parts } from './stores';

const HOUR = 3_600_000;

let parts: Parts;
let alerts: Alerts;
beforeEach(async () => {
  parts = await openParts();
  alerts = new Alerts(parts.store, parts.vault, parts.clock);
  await alerts.onModuleInit();
});
afterEach(() => parts.close());

async function wrong(times: number, what: { place?: string; card?: string }): Promise<void> {
  for (let time = 0; time < times; time += 1) await alerts.wrongCode('net_1', what);
}

it('A card with six wrong codes within an hour raises one alert, which counts on', async () => {
  await wrong(5, { card: 'card_1' });
  expect(await alerts.raised('net_1')).toEqual([]);
  await wrong(3, { card: 'card_1' });
  expect(await alerts.raised('net_1')).toMatchObject([{ kind: 'wrong-codes-for-a-card', about: 'card_1', count: 8, state: 'raised' }]);
});

it('A place with fifteen raises one, whatever the cards; a burst in parallel counts whole', async () => {
  await Promise.all(Array.from({ length: 15 }, (_, index) => alerts.wrongCode('net_1', { place: '203.0.113.7', card: `card_${index}` })));
  expect(await alerts.raised('net_1')).toMatchObject([{ kind: 'wrong-codes-from-a-place', about: '203.0.113.7', count: 15 }]);
});

it('Slow honest mistakes raise none', async () => {
  for (let day = 0; day < 12; day += 1) {
    await wrong(2, { card: 'card_1' });
    parts.clock.advance(HOUR);
  }
  expect(await alerts.raised('net_1')).toEqual([]);
});

it('Stays until a person has seen it, and begins anew after that', async () => {
  await wrong(6, { card: 'card_1' });
  parts.clock.advance(100 * HOUR);
  const [alert] = await alerts.raised('net_1');
  expect(await alerts.acknowledge('net_2', alert!.key, 'emp_1')).toBe(false);
  expect(await alerts.acknowledge('net_1', alert!.key, 'emp_1')).toBe(true);
  expect(await alerts.acknowledge('net_1', alert!.key, 'emp_1')).toBe(false);
  expect(await alerts.raised('net_1')).toEqual([]);
  await wrong(5, { card: 'card_1' });
  expect(await alerts.raised('net_1')).toEqual([]);
  await wrong(1, { card: 'card_1' });
  expect(await alerts.raised('net_1')).toHaveLength(1);
});

it('Belongs to its network', async () => {
  await wrong(6, { card: 'card_1' });
  expect(await alerts.raised('net_2')).toEqual([]);
});
