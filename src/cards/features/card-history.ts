import { Injectable } from '@nestjs/common';
import type { Actor, DataOf } from '../../kernel/event-sourcing';
import { zero, type Money } from '../../kernel/money';
import { NetworkFacade } from '../../network';
import type { Reader } from '../../platform/web/reader';
import type { GiftCardFact } from '../domain/gift-card.facts';
import { activitiesOf, type Activity } from '../read-models/activities';
import type { CardSheet } from './card-streams';

/** A line of a card's history as the timeline shows it. */
export interface HistoryEntry {
  readonly label: string;
  readonly at: string;
  readonly by: string;
  readonly tag?: string;
  readonly tagLabel?: string;
  /** With its sign; `plain` ones are shown without. */
  readonly amount?: Money;
  readonly plain?: boolean;
  readonly in?: boolean;
  readonly muted?: boolean;
  readonly note?: string;
  readonly balance?: Money;
  readonly under?: string;
  readonly now?: boolean;
  /** The redemption behind it, for whoever may see redemptions. */
  readonly redemption?: string;
  /** Of a deduction that can still be reversed. */
  readonly reversible?: string;
}

type Asked = DataOf<GiftCardFact, 'DeductionRequested'>;

interface Telling {
  readonly reader: Reader;
  readonly names: ReadonlyMap<string, string>;
  readonly places: ReadonlyMap<string, string>;
  readonly asked: ReadonlyMap<string, Asked>;
  readonly live?: string;
  readonly ended: boolean;
}

/** Everything that happened to a card, newest first, with the names of who did it and where. */
@Injectable()
export class CardHistory {
  constructor(private readonly networks: NetworkFacade) {}

  async of(network: string, { card, history }: CardSheet, reader: Reader): Promise<readonly HistoryEntry[]> {
    const activities = activitiesOf(history).filter((activity) => worthALine(activity, card.issuedAt, card.request?.deductionId));
    const actors = history.map(({ metadata }) => metadata.actor.id);
    const asked = new Map<string, Asked>();
    for (const { fact } of history) if (fact.type === 'DeductionRequested') asked.set(fact.data.deductionId, fact.data);
    const where = [...activities, ...asked.values()].flatMap(({ locationId }) => locationId ?? []);
    const [names, places] = await Promise.all([this.networks.actorNames(network, actors), this.networks.locationNames(network, where)]);
    const telling = {
      reader,
      names,
      places,
      asked,
      live: card.request?.deductionId,
      ended: card.status === 'voided' || card.status === 'expired',
    };
    return withBalances(activities).map((activity) => entryOf(activity, telling));
  }
}

/** A request is told by how it ended; mails that went as they should are told above the history. */
function worthALine({ kind, at, by, movementId }: Activity, issuedAt: string, live: string | undefined): boolean {
  if (kind === 'mailSent') return false;
  if (kind === 'giftQueued') return at !== issuedAt && by.kind === 'employee';
  return kind !== 'codeSent' || movementId === live;
}

type Weighed = Activity & { readonly balanceAfter?: Money };

function withBalances(newestFirst: readonly Activity[]): readonly Weighed[] {
  let balanceAfter: Money | undefined;
  return [...newestFirst]
    .reverse()
    .map((activity) => ({ ...activity, balanceAfter: (balanceAfter = activity.balance ?? balanceAfter) }))
    .reverse();
}

function entryOf(activity: Weighed, telling: Telling): HistoryEntry {
  const { kind, at, amount, balanceAfter, reversed, movementId } = activity;
  const { reader } = telling;
  const common = { label: reader.t(`cards.activity.${kind}`), at, by: byLine(activity, telling), balance: balanceAfter };
  if (kind === 'codeSent') return { ...common, ...waiting(activity, telling) };
  if (kind === 'declined') return { ...common, tag: 'cancelled', amount: balanceAfter && zero(balanceAfter.currency), plain: true };
  if (kind === 'cancelled') return { ...common, ...cancelled(activity, telling, balanceAfter) };
  const note = activity.reason && reader.t('cards.history.reason', { reason: activity.reason });
  if (!amount) return { ...common, note, balance: undefined };
  const { sign, money } = amount;
  const moved = { ...money, amount: sign * money.amount };
  const reversal = reversed ? { tag: 'cancelled', tagLabel: reader.t('cards.history.reversed') } : {};
  const reversible = kind === 'deducted' && !reversed && !telling.ended ? movementId : undefined;
  return {
    ...common,
    ...reversal,
    redemption: activity.redemptionId,
    amount: moved,
    plain: money.amount === 0,
    in: sign === 1,
    note,
    reversible,
  };
}

function waiting({ movementId = '' }: Weighed, { asked, reader }: Telling): Partial<HistoryEntry> {
  return {
    amount: asked.get(movementId)?.amount,
    plain: true,
    muted: true,
    balance: undefined,
    under: reader.t('cards.history.code-sent'),
    now: true,
  };
}

/** Nothing moved, and that is what it says: 0.00. */
function cancelled({ movementId = '', outcome }: Weighed, { asked, reader }: Telling, balance: Money | undefined): Partial<HistoryEntry> {
  const request = asked.get(movementId);
  const why = reader.t(`cards.cancelled.${outcome ?? 'expired'}`);
  const note = request ? reader.t('cards.history.asked-for', { amount: request.amount, why }) : why;
  return { tag: 'cancelled', amount: balance && zero(balance.currency), plain: true, note };
}

/** Who and where; of a cancelled request: who had asked, because a clock or the buyer ended it. */
function byLine({ kind, by, locationId, movementId = '', outcome }: Weighed, telling: Telling): string {
  const request = kind === 'cancelled' || kind === 'codeSent' ? telling.asked.get(movementId) : undefined;
  const actor = request && outcome !== 'withdrawn' ? request.by : by;
  const place = telling.places.get(request?.locationId ?? locationId ?? '');
  const name = kind === 'frozen' ? telling.reader.t('cards.actor.buyer') : nameOf(actor, telling);
  return place ? `${name}, ${place}` : name;
}

const nameOf = ({ kind, id }: Actor, { names, reader }: Telling): string => names.get(id) ?? reader.t(`cards.actor.${kind}`);
