import { Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Ids } from '../../platform/ids';
import type { CardAtCounter, CardRedemption, CounterMovement, CounterPresenter, PresentedCard } from '../cards.facade';
import { DeclineRedemption, declineRedemption, DeductFunds, deductFunds } from '../domain/balance';
import type { CardListItem } from '../read-models/card-list';
import { CardKeys } from './card-keys';
import { CardStreams, factOf, type CardChange, type CardSheet } from './card-streams';
import { CardFinder } from './look-up-card';
import { PresentedCodes } from './presented-codes';
import { Reversals } from './reverse-deduction';

export interface CounterReversal {
  readonly deductionId: string;
  readonly reversalId: string;
  readonly reason?: string;
}

/** Cards at the counter of a location: shown, redeemed, and given back. For the redemption module, through the facade. */
@Injectable()
export class CardsAtCounter {
  constructor(
    private readonly cards: CardStreams,
    private readonly finder: CardFinder,
    private readonly keys: CardKeys,
    private readonly codes: PresentedCodes,
    private readonly reversals: Reversals,
    private readonly commands: CommandBus,
    private readonly ids: Ids,
  ) {}

  present(kind: 'code' | 'link', typed: string, { network, ip, device }: CounterPresenter): Promise<PresentedCard> {
    const shownBy = { network, ip, account: device };
    return this.codes.tried('counter-code', shownBy, shownBy, () =>
      kind === 'code' ? this.byCode(network, typed) : this.byLink(network, typed),
    );
  }

  async see(network: string, cardId: string): Promise<CardAtCounter | undefined> {
    try {
      return shown((await this.cards.card(network, cardId)).card);
    } catch (error) {
      if (error instanceof Rejection && error.code === 'card-unknown') return undefined;
      throw error;
    }
  }

  async rehearse(context: CommandContext, cardId: string, redemption: CardRedemption): Promise<void> {
    const command = this.deduction(context, cardId, redemption);
    await this.cards.rehearse(context, cardId, (card) => deductFunds(card, command));
  }

  async redeem(context: CommandContext, cardId: string, redemption: CardRedemption): Promise<CounterMovement> {
    const change = await this.commands.execute<DeductFunds, CardChange>(this.deduction(context, cardId, redemption));
    const movement = movementOf(change);
    if (movement) return movement;
    const { refusal, balance } = factOf(change, 'RedemptionDeclined');
    throw new Rejection('redemption-declined', { refusal, balance });
  }

  async decline(
    context: CommandContext,
    cardId: string,
    redemption: CardRedemption,
    refusal: string,
  ): Promise<CounterMovement | undefined> {
    const once = this.once(context, 'redeem', redemption.redemptionId);
    const command = new DeclineRedemption(once, cardId, { ...redemption, refusal });
    return movementOf(await this.cards.change(once, cardId, (card) => declineRedemption(card, command)));
  }

  async reverse(context: CommandContext, cardId: string, { deductionId, reversalId, reason }: CounterReversal): Promise<CounterMovement> {
    const once = { ...this.once(context, 'reverse-redemption', reversalId), requestHash: context.requestHash };
    const command = await this.reversals.of(once, cardId, deductionId, reversalId, reason);
    const change = await this.commands.execute<typeof command, CardChange>(command);
    const { amount, balance, at } = factOf(change, 'DeductionReversed');
    return { deductionId, amount, balance, at, position: change.position, replayed: change.replayed };
  }

  private deduction(context: CommandContext, cardId: string, redemption: CardRedemption): DeductFunds {
    const { deductionId, redemptionId, amount, locationId, presented } = redemption;
    const why = { kind: 'redemption', redemptionId } as const;
    const once = this.once(context, 'redeem', redemptionId);
    return new DeductFunds(once, cardId, { deductionId, amount, locationId, why, notify: true, presented });
  }

  /** The clerk's request, its repeat and what takes it up after a crash are one command: its id follows from what it is about. */
  private once(context: CommandContext, operation: string, about: string): CommandContext {
    const commandId = this.ids.derived('cmd', context.network, operation, about);
    return { ...context, commandId, causation: context.causation ?? context.commandId, requestHash: undefined };
  }

  private async byCode(network: string, typed: string): Promise<PresentedCard> {
    const presented = this.codes.hashOf(typed);
    return { ...shown((await this.finder.byCode(network, presented)).card), presented };
  }

  private async byLink(network: string, token: string): Promise<PresentedCard> {
    const found: CardSheet & { readonly network: string } = await this.finder.byLink(token);
    if (found.network !== network) throw new Rejection('code-not-valid');
    return { ...shown(found.card), presented: this.keys.linkHash(token) };
  }
}

/** Undefined where the redemption was declined. */
function movementOf(change: CardChange): CounterMovement | undefined {
  if (!change.facts.some(({ type }) => type === 'FundsDeducted')) return undefined;
  const { deductionId, amount, balance, at } = factOf(change, 'FundsDeducted');
  return { deductionId, amount, balance, at, position: change.position, replayed: change.replayed };
}

const shown = ({ cardId, lastFour, recipient, balance, status, blocked, limit }: CardListItem): CardAtCounter => ({
  cardId,
  lastFour,
  holder: reveal(recipient?.name),
  balance,
  status,
  blocked: blocked !== 'no',
  limit,
});
