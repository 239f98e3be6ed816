import { Injectable } from '@nestjs/common';
import { CardsFacade } from '../../cards';
import type { Money } from '../../kernel/money';
import { Rejection } from '../../kernel/rejection';
import type { Form } from '../../platform/web/form';
import type { Page } from '../../platform/web/page';
import { Clerks } from './clerks';
import { baseOf, Counter, type DeviceRequest } from './counter';
import { ItemChoice, type ChosenItems } from './item-choice';
import { PosTab } from './pos-tab';
import type { Ticket } from './tickets';

/** The card holds less than what is asked for. */
export interface Short {
  readonly total: Money;
  readonly balance: Money;
  readonly rest: Money;
}

export interface Shown {
  readonly sealed: string;
  readonly ticket: Ticket;
  readonly tab: 'value' | 'items' | 'pos';
  readonly form: Form;
  readonly short?: Short;
  readonly chosen?: ChosenItems;
}

/** The screen of one card at the counter. */
@Injectable()
export class CardScreen {
  constructor(
    private readonly counter: Counter,
    private readonly cards: CardsFacade,
    private readonly choice: ItemChoice,
    private readonly clerks: Clerks,
    private readonly payments: PosTab,
  ) {}

  async page(request: DeviceRequest, shown: Shown, status?: number): Promise<Page> {
    const { reader, network } = request;
    const { sealed, ticket, tab, form, short } = shown;
    const card = await this.cards.atCounter(network.id, ticket.cardId);
    if (!card) throw new Rejection('redeem-ticket-unusable');
    const offered = tab === 'items' ? (shown.chosen ?? (await this.choice.of(request))) : undefined;
    const address = `${baseOf(request)}/cards/${sealed}`;
    const tag = card.blocked ? 'blocked' : card.status;
    const model = {
      title: reader.t('redemption.card.title'),
      form,
      address,
      holder: card.holder ?? reader.t('redemption.card.nobody'),
      lastFour: card.lastFour,
      balance: card.balance,
      empty: card.balance.amount === 0,
      state: tag === 'active' || tag === 'used' ? undefined : reader.t(`redemption.card.state.${tag}`),
      tabs: tabs.map((each) => ({ href: `${address}?by=${each}`, label: reader.t(`redemption.card.tab.${each}`), current: each === tab })),
      byValue: tab === 'value',
      byItems: tab === 'items',
      byPos: tab === 'pos',
      amount: short && this.plain(request, short.total),
      currency: network.currency,
      short,
      offered: offered && this.choice.shown(request, offered),
      clerk: await this.clerks.asked(request),
      pos: tab === 'pos' ? await this.payments.shown(request, card.balance) : undefined,
    };
    const scripts = tab === 'items' ? ['items.js'] : tab === 'pos' ? ['pos-payments.js'] : [];
    return this.counter.screen(request, 'redemption/features/device-card', model, { status, scripts });
  }

  /** An amount as it is typed: digits, a point or comma, no sign. */
  plain({ reader }: DeviceRequest, { amount }: { readonly amount: number }): string {
    const digits = String(amount).padStart(3, '0');
    return `${digits.slice(0, -2)}${reader.language === 'fr' ? ',' : '.'}${digits.slice(-2)}`;
  }
}

const tabs = ['value', 'items', 'pos'] as const;
