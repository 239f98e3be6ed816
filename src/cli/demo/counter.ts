import { devices as deviceNames, items, network, owner } from './cast';
import type { Company } from './found';
import type { Stage } from './stage';
import { Visitor } from './visitor';

/** A browser at a counter that was activated, and how many customers it has served. */
export interface Device {
  readonly browser: Visitor;
  served: number;
}

const base = `/n/${network.slug}`;
const TABLET =
  'Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1';
const MINUTE = 60_000;
const money = (amount: number) => ({ amount, currency: network.currency });

/** Items where there are some, and a device each where cards are redeemed; by the number of the place. */
export async function fitOut(stage: Stage, boss: Visitor, locations: readonly string[]): Promise<ReadonlyMap<number, Device>> {
  for (const [place, offered] of Object.entries(items))
    for (const [index, [name, price]] of offered.entries())
      await boss.api('POST', `locations/${locations[Number(place)]}/items`, { name, price: money(price) }, `item-${place}-${index}`);
  const devices = new Map<number, Device>();
  for (const [place, name] of Object.entries(deviceNames)) {
    const { link } = await activationLink(boss, locations[Number(place)]!, `till-${place}`, false);
    devices.set(Number(place), { browser: await activate(stage, link, name), served: 0 });
  }
  await stage.settle();
  return devices;
}

async function activationLink(boss: Visitor, locationId: string, once: string, mail: boolean): Promise<{ link: string; until: string }> {
  const order = `locations/${locationId}/activation-links`;
  const { url, expiresAt } = await boss.api<{ url: string; expiresAt: string }>('POST', order, { mail }, once);
  return { link: new URL(url).pathname, until: expiresAt };
}

/** As a person does on a tablet: opens the link and taps. */
async function activate(stage: Stage, link: string, name: string): Promise<Visitor> {
  const browser = new Visitor(stage.app, undefined, TABLET);
  const once = /name="once" value="(\w+)"/.exec(await browser.read(link))?.[1];
  if (!once) throw new Error(`The activation page of ${name} offers nothing`);
  await browser.form(link, { name, once });
  return browser;
}

/**
 * Redeems a card at the counter, mostly by items: as many as `most` buys, or the amount itself when that buys none.
 * @throws Error with what the screen said when the card was not taken
 */
export async function serveAt(device: Device, code: string, most: number): Promise<{ redemptionId: string; amount: number }> {
  const { browser } = device;
  const screen = await browser.form(`${base}/redeem/cards`, { code });
  device.served += 1;
  const { amount, fields } = device.served % 3 === 0 ? { amount: 0, fields: {} } : await basket(browser, screen, most, device.served);
  const receipt =
    amount > 0
      ? await browser.form(`${screen}/items`, fields)
      : await browser.form(`${screen}/redemptions`, { amount: (most / 100).toFixed(2) });
  const redemptionId = /rdm_\w+/.exec(receipt)?.[0];
  if (!redemptionId) throw new Error(`Redeeming led to ${receipt}`);
  return { redemptionId, amount: amount || most };
}

/** What the customer takes: another first choice each time, and never more than two of a kind. */
async function basket(browser: Visitor, screen: string, most: number, first: number) {
  const page = await browser.read(`${screen}?by=items`);
  const offered = [...page.matchAll(/name="chosen\.(\w+)"[^>]*data-price="(\d+)"/g)].map(([, id, price]) => [id!, Number(price)] as const);
  const fields: Record<string, string> = { list: /name="list" value="([^"]+)"/.exec(page)?.[1] ?? '' };
  let amount = 0;
  for (const [id, price] of [...offered.slice(first % offered.length), ...offered.slice(0, first % offered.length)]) {
    const quantity = Math.min(2, Math.floor((most - amount) / price));
    if (quantity === 0) continue;
    fields[`chosen.${id}`] = 'on';
    fields[`quantity.${id}`] = String(quantity);
    amount += quantity * price;
  }
  return { amount, fields };
}

/**
 * The last hour: customers at the counters, and at the first place a till with two payments waiting and a link for another device.
 */
export async function openDoors(stage: Stage, company: Company, cards: readonly { code: string }[], now: number) {
  const { shop, devices, locations } = company;
  const locationId = locations[0]!;
  for (const [index, { code }] of cards.slice(-4).entries()) {
    await stage.goTo(now - (55 - 12 * index) * MINUTE);
    await serveAt(devices.get(index % 2 === 0 ? 0 : 2)!, code, 1900);
  }
  const boss = await stage.employee(owner.email);
  await boss.read(`${base}/locations/${locationId}/pos`, { kind: 'generic' });
  const loaf = { name: 'Sourdough loaf', quantity: 1, price: money(850) };
  const croissant = { name: 'Butter croissant', quantity: 1, price: money(375) };
  for (const [index, items] of [[loaf, croissant], [loaf]].entries()) {
    await stage.goTo(now - (6 - 3 * index) * MINUTE);
    const amount = money(items.reduce((sum, { price }) => sum + price.amount, 0));
    const sale = { externalId: `sale-${20931 + index}`, tender: 'Gift card', till: 'Till 2', reference: `R-${1041 + index}` };
    await shop.api('POST', 'pos-payments', { ...sale, locationId, amount, items, takenAt: stage.clock.now() });
  }
  await stage.goTo(now);
  const till = await activationLink(boss, locationId, 'till-of-the-newcomer', true);
  await stage.settle();
  return { ...till, devices: `${base}/locations/${locationId}/devices` };
}
