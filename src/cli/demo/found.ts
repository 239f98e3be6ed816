import { employees, invited, network, owner, password, places } from './cast';
import { type Device, fitOut } from './counter';
import type { Stage } from './stage';
import { Visitor } from './visitor';

/** Somebody who sells and serves: the shop's program and the employees take turns. */
export interface Company {
  readonly shop: Visitor;
  readonly shopKey: string;
  readonly locations: readonly string[];
  /** The activated devices, by the number of their place. */
  readonly devices: ReadonlyMap<number, Device>;
}

const scopes = [
  'cards.issue',
  'cards.view',
  'cards.top-up',
  'cards.deduct-directly',
  'cards.reverse',
  'redemptions.redeem',
  'redemptions.view',
  'redemptions.reverse',
  'pos-payments.report',
  'audit.view',
];

/** Founds the network: owner, places, people, the shop's key, and what is sold and redeemed at the counters. */
export async function found(stage: Stage): Promise<Company> {
  const signUp = new Visitor(stage.app);
  const { name, slug, currency, timeZone, language } = network;
  await signUp.form('/sign-up', {
    ownerName: owner.name,
    email: owner.email,
    password,
    networkName: name,
    slug,
    currency,
    timeZone,
    language,
    once: 'd0000000-0000-4000-8000-000000000000',
  });
  await stage.settle();
  const boss = await stage.employee(owner.email);
  await boss.form(`/n/${slug}/settings/brand`, { brand: network.brand });
  const locations: string[] = [];
  for (const [index, [place, category, street]] of places.entries()) {
    const email = `hello@${place
      .toLowerCase()
      .normalize('NFKD')
      .replace(/[^a-z]+/g, '')}.example`;
    const address = { street, city: 'Portland', region: 'ME', postalCode: '04101', country: 'US' };
    const details = { name: place, email, reference: `M-${1001 + index}`, category, address, phone: `+1 207 555 01${10 + index}` };
    const { id } = await boss.api<{ id: string }>('POST', 'locations', details, `place-${index}`);
    locations.push(id);
  }
  await stage.settle();
  for (const each of employees) await hire(stage, boss, each, locations[each.place]!);
  await boss.form(`/n/${slug}/employees`, { name: invited.name, email: invited.email, roles: invited.roles });
  const { key } = await boss.api<{ key: string }>('POST', 'api-keys', { name: 'Web shop', scopes });
  await stage.settle();
  const devices = await fitOut(stage, boss, locations);
  return { shop: new Visitor(stage.app, key), shopKey: key, locations, devices };
}

async function hire(stage: Stage, boss: Visitor, person: (typeof employees)[number], locationId: string): Promise<void> {
  await boss.form(`/n/${network.slug}/employees`, { name: person.name, email: person.email, roles: person.roles, locationId });
  await stage.settle();
  const { text } = await stage.mail('invitation', person.email);
  const link = /\/n\/[\w-]+\/invitation\/\S+/.exec(text)?.[0];
  if (!link) throw new Error(`The invitation of ${person.name} holds no link`);
  await new Visitor(stage.app).form(link, { name: person.name, password });
  await stage.settle();
}
