import type { Call } from '../verb';
import { employees, network, owner } from './cast';
import { openDoors, serveAt } from './counter';
import type { Company } from './found';
import { type CardPlan, chance, shopHours, type Twist } from './plan';
import type { Stage } from './stage';

interface Money {
  readonly amount: number;
  readonly currency: string;
}
export interface Card {
  readonly id: string;
  readonly link: string;
  readonly code: string;
  balance: number;
  lastDeduction?: string;
  readonly plan: CardPlan;
}

export interface Told {
  readonly shopKey: string;
  /** A card that is mostly whole, to be looked at as its recipient. */
  readonly link: string;
  readonly code: string;
  /** The path that activates devices of the first place, and until when. Demos of earlier versions have none. */
  readonly till?: { readonly link: string; readonly until: string; readonly devices: string };
}

const dollars = (amount: number): Money => ({ amount, currency: network.currency });
type Step = { readonly at: number; readonly run: () => Promise<void> };

/** Tells the whole story in the order of time, across all cards. */
export async function tell(
  stage: Stage,
  company: Company,
  plans: readonly CardPlan[],
  now: number,
  progress: Call['progress'],
): Promise<Told> {
  const cards: Card[] = [];
  const steps = plans.flatMap((plan, index) => stepsOf(stage, company, plan, index, cards)).filter(({ at }) => at <= now);
  steps.sort((a, b) => a.at - b.at);
  for (const [index, { at, run }] of steps.entries()) {
    progress({ label: 'Telling five months of story', done: index, of: steps.length });
    await stage.goTo(at);
    await run();
    await stage.settle();
  }
  progress({ label: 'Telling five months of story', done: steps.length, of: steps.length });
  const shown =
    cards.filter(({ plan, balance }) => plan.deliverAfterDays === undefined && balance > 2000 && balance < plan.value).at(-1) ?? cards[0]!;
  const till = await openDoors(
    stage,
    company,
    cards.filter((card) => card !== shown && spendable(card)),
    now,
  );
  return { shopKey: company.shopKey, link: shown.link, code: shown.code, till };
}

/** Delivered, not empty, and with no story of its own. */
const spendable = ({ plan, balance }: Card): boolean =>
  plan.deliverAfterDays === undefined && balance > 2000 && plan.twists.every(({ kind }) => /deduct|redeem|top-up/.test(kind));

function stepsOf(stage: Stage, company: Company, plan: CardPlan, index: number, cards: Card[]): readonly Step[] {
  let card: Card | undefined;
  const sale: Step = {
    at: plan.soldAt,
    run: async () => {
      card = await sell(stage, company, plan, index);
      cards.push(card);
    },
  };
  const random = chance(index);
  let at = plan.soldAt + (plan.deliverAfterDays ?? 0) * 86_400_000;
  const rest = plan.twists.map((twist, number): Step => {
    at += twist.after * 60_000;
    if (twist.after > 1440) at = shopHours(at, random);
    return { at, run: () => twists[twist.kind](stage, company, card!, twist as never, `card-${index}-${number}`) };
  });
  return [sale, ...rest];
}

async function sell(stage: Stage, { shop, locations }: Company, plan: CardPlan, index: number): Promise<Card> {
  const seller = plan.by === 'shop' ? shop : await stage.employee(employees[index % 3]!.email);
  const { buyer, recipient, message, language, value, deliverAfterDays, soldAt } = plan;
  const deliverAt = deliverAfterDays === undefined ? undefined : new Date(soldAt + deliverAfterDays * 86_400_000).toISOString();
  const place = plan.by === 'shop' ? { reference: `web order ${4700 + index}` } : { locationId: locations[employees[index % 3]!.place] };
  const order = { value: dollars(value), buyer, recipient, message, language, deliverAt, ...place };
  const { id, link, code } = await seller.api<{ id: string; link: string; code: string }>('POST', 'gift-cards', order, `sale-${index}`);
  return { id, link, code, balance: value, plan };
}

type Telling<K extends Twist['kind']> = (
  stage: Stage,
  company: Company,
  card: Card,
  twist: Extract<Twist, { kind: K }>,
  once: string,
) => Promise<void>;

const amountOf = ({ balance }: Card, share: number): number =>
  share === 1 ? balance : Math.max(100, Math.round((balance * share) / 50) * 50);

/** The employee who happens to be at the counter. */
const counter = (stage: Stage, once: string) => stage.employee(employees[once.length % 3]!.email);

async function ask(stage: Stage, { locations }: Company, card: Card, { share, place }: { share: number; place: number }, once: string) {
  const amount = amountOf(card, share);
  const clerk = await counter(stage, once);
  const asked = { cardId: card.id, amount: dollars(amount), locationId: locations[place] };
  const { id } = await clerk.api<{ id: string }>('POST', 'deduction-requests', asked, once);
  await stage.settle();
  return { id, amount, clerk };
}

const twists: { readonly [K in Twist['kind']]: Telling<K> } = {
  deduct: async (_, { shop, locations }, card, { share, place }, once) => {
    const amount = amountOf(card, share);
    const { id } = await shop.api<{ id: string }>(
      'POST',
      'redemptions',
      { cardId: card.id, amount: dollars(amount), locationId: locations[place], reference: `till ${1 + (place % 3)}` },
      once,
    );
    // A redemption's deduction has its id with another prefix.
    card.lastDeduction = id.replace('rdm_', 'ded_');
    card.balance -= amount;
  },
  redeem: async (_, { devices }, card, { share, place }) => {
    const { redemptionId, amount } = await serveAt(devices.get(place)!, card.code, amountOf(card, share));
    card.lastDeduction = redemptionId.replace('rdm_', 'ded_');
    card.balance -= amount;
  },
  'deduct-by-code': async (stage, company, card, twist, once) => {
    const { id, amount, clerk } = await ask(stage, company, card, twist, once);
    await stage.goTo(stage.clock.millis() + 70_000);
    const { text } = await stage.mail('deduction-code', card.plan.buyer.email);
    const code = /\b\d{6}\b/.exec(text)?.[0];
    await clerk.api('POST', `deduction-requests/${id}/confirm`, { code }, `${once}-confirm`);
    card.lastDeduction = id;
    card.balance -= amount;
  },
  'wrong-code': async (stage, company, card, twist, once) => {
    const { id, clerk } = await ask(stage, company, card, twist, once);
    const { text } = await stage.mail('deduction-code', card.plan.buyer.email);
    const wrong = /\b\d{6}\b/.exec(text)?.[0] === '123456' ? '654321' : '123456';
    for (const attempt of [1, 2, 3])
      await clerk
        .api('POST', `deduction-requests/${id}/confirm`, { code: wrong }, `${once}-wrong-${attempt}`, attempt < 3 ? 409 : undefined)
        .catch(refused);
  },
  'late-code': async (stage, company, card, twist, once) => {
    await ask(stage, company, card, twist, once);
    await stage.goTo(stage.clock.millis() + 11 * 60_000);
  },
  'withdrawn-code': async (stage, company, card, twist, once) => {
    const { id, clerk } = await ask(stage, company, card, twist, once);
    await clerk.api('POST', `deduction-requests/${id}/withdraw`);
  },
  'reverse-last': async (_, { shop }, card, __, once) => {
    const { amount } = await shop.api<{ amount: Money }>(
      'POST',
      `gift-cards/${card.id}/deductions/${card.lastDeduction}/reversals`,
      { reason: 'Wrong card' },
      once,
    );
    card.balance += amount.amount;
  },
  'top-up': async (_, { shop }, card, { amount }, once) => {
    await shop.api('POST', `gift-cards/${card.id}/top-ups`, { amount: dollars(amount), reference: once }, once);
    card.balance += amount;
  },
  block: async (stage, _, card, { reason }, once) => manage(stage, 'POST', `gift-cards/${card.id}/blocks`, { reason }, once),
  unblock: async (stage, _, card) => manage(stage, 'DELETE', `gift-cards/${card.id}/blocks`),
  void: async (stage, _, card, { reason }, once) => {
    await manage(stage, 'POST', `gift-cards/${card.id}/voids`, { reason }, once);
    card.balance = 0;
  },
  replace: async (stage, _, card, __, once) => manage(stage, 'POST', `gift-cards/${card.id}/replacements`, {}, once),
};

/** A wrong code is refused: that is the story. */
const refused = (error: Error): void => {
  if (!/answered 4\d\d/.test(error.message)) throw error;
};

async function manage(stage: Stage, method: 'POST' | 'DELETE', url: string, body?: object, once?: string): Promise<void> {
  const boss = await stage.employee(owner.email);
  await boss.api(method, url, body, once);
}
