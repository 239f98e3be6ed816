import { Get, Injectable, Param, Post, Req, Res } from '@nestjs/common';
import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { reveal } from '../../kernel/personal';
import { Rejection } from '../../kernel/rejection';
import { Alerts } from '../../platform/security/alerts';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, type ApiReply, type ApiRequest } from '../../platform/web/api';
import { CommandContexts } from '../../platform/web/contexts';
import { Id, Line, MoneyField, MoneyInput, Nested, OneOf, Optional, Secret, Time, Whole } from '../../platform/web/input';
import {
  ConfirmDeduction,
  confirmDeduction,
  ExpireDeduction,
  expireDeduction,
  liveRequest,
  RequestDeduction,
  requestDeduction,
  WithdrawDeduction,
  withdrawDeduction,
} from '../domain/deduction-by-code';
import { existing, type GiftCard } from '../domain/gift-card';
import type { CancelReason, CardId, LocationId } from '../domain/gift-card.facts';
import { exampleCardId, exampleLocationId, MoneyAnswer } from './card-answers';
import { CardKeys } from './card-keys';
import { CardStreams, factOf, type CardChange, type CardSheet } from './card-streams';
import { DeductionAnswer, deductionAnswer, exampleDeduction } from './deduct-funds';
import { CardFinder } from './look-up-card';
import { Places } from './places';
import { networkOf } from './see-card';

@CommandHandler(RequestDeduction)
export class RequestDeductionHandler implements ICommandHandler<RequestDeduction> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: RequestDeduction): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => requestDeduction(card, command));
  }
}

/** What confirming tells of a request that it ended: which of a request's ends it was. */
function comeToNothing(reason: CancelReason, balance: Money | undefined): Rejection {
  if (reason === 'attempts') return new Rejection('deduction-cancelled-attempts', { balance });
  if (reason === 'expired') return new Rejection('deduction-cancelled-expired', { balance });
  if (reason === 'insufficient') return new Rejection('deduction-cancelled-insufficient', { balance });
  return new Rejection('deduction-closed', { outcome: reason });
}

@CommandHandler(ConfirmDeduction)
export class ConfirmDeductionHandler implements ICommandHandler<ConfirmDeduction> {
  constructor(
    private readonly cards: CardStreams,
    private readonly keys: CardKeys,
    private readonly alerts: Alerts,
  ) {}

  /** A wrong, late or uncovered code is a fact, and told as a refusal when it is durable. */
  async execute(command: ConfirmDeduction): Promise<CardChange> {
    const change = await this.cards.change(command.context, command.cardId, (card) =>
      confirmDeduction(card, command, this.hash(card, command)),
    );
    const fact = change.facts.at(-1);
    if (fact?.type === 'FundsDeducted') return change;
    if (change.facts.some(({ type }) => type === 'DeductionCodeRejected') && !change.replayed) {
      await this.alerts.wrongCode(command.context.network, { card: command.cardId });
    }
    if (fact?.type === 'DeductionCodeRejected') throw new Rejection('deduction-code-wrong', { attemptsLeft: fact.data.attemptsLeft });
    if (fact?.type !== 'DeductionCancelled') throw new Error('A confirmation came to nothing');
    const balance = 'balance' in change.state ? change.state.balance : undefined;
    throw comeToNothing(fact.data.reason, balance);
  }

  /** Hashed as the live request's code was, under the key version of that time. */
  private hash(card: GiftCard, { context, cardId, deductionId, code }: ConfirmDeduction): string {
    const { amount, keyVersion } = liveRequest(existing(card, context.at), deductionId);
    return this.keys.deductionHash(cardId, deductionId, amount, code, keyVersion);
  }
}

@CommandHandler(WithdrawDeduction)
export class WithdrawDeductionHandler implements ICommandHandler<WithdrawDeduction> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: WithdrawDeduction): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => withdrawDeduction(card, command));
  }
}

@CommandHandler(ExpireDeduction)
export class ExpireDeductionHandler implements ICommandHandler<ExpireDeduction> {
  constructor(private readonly cards: CardStreams) {}

  execute(command: ExpireDeduction): Promise<CardChange> {
    return this.cards.change(command.context, command.cardId, (card) => expireDeduction(card, command));
  }
}

/** Asking the buyer: the window and the API do it the same way. */
@Injectable()
export class DeductionRequests {
  constructor(
    private readonly commands: CommandBus,
    private readonly cards: CardStreams,
    private readonly keys: CardKeys,
    private readonly places: Places,
  ) {}

  /** @throws Rejection of the location, `buyer-erased`, and what `requestDeduction` refuses */
  async request(context: CommandContext, cardId: CardId, deductionId: string, amount: Money, locationId: LocationId): Promise<CardChange> {
    const place = await this.places.standing(context.network, locationId);
    const { cardRules } = await this.places.network(context.network);
    const { card } = await this.cards.card(context.network, cardId);
    const keyVersion = this.keys.keyVersion;
    const code = this.keys.deductionCode(cardId, deductionId, keyVersion);
    const request = {
      deductionId,
      amount,
      locationId,
      place,
      buyerErased: reveal(card.buyer.email) === undefined,
      codeHash: this.keys.deductionHash(cardId, deductionId, amount, code, keyVersion),
      keyVersion,
      stopHash: this.keys.stopHash(this.keys.stopToken(cardId, deductionId, keyVersion)),
      expiresAt: new Date(Date.parse(context.at) + cardRules.codeValidityMinutes * 60_000).toISOString(),
    };
    return this.commands.execute<RequestDeduction, CardChange>(new RequestDeduction(context, cardId, request));
  }
}

/** `a•••@example.com`: enough to know whose mailbox to look into. */
export const maskedAddress = (address: string): string => address.replace(/^(.)[^@]*/u, '$1•••');

export class RequestDeductionInput {
  @Id('card') cardId!: string;
  @MoneyField({ description: 'What the buyer is asked for', example: { amount: 2000, currency: 'USD' } }) amount!: MoneyInput;
  @Id('loc', { description: 'Where; the mail names it' }) locationId!: string;
}

export class ConfirmDeductionInput {
  @Secret(20, { description: 'The six digits from the buyer’s mail', example: '123456' }) code!: string;
}

export const requestStatuses = ['waiting', 'confirmed', 'cancelled'] as const;

export class DeductionRequestAnswer {
  @Id('ded', { description: 'Also the id of the deduction that comes of it' }) id!: string;
  @Id('card') cardId!: string;
  @OneOf(requestStatuses, { example: 'waiting' }) status!: (typeof requestStatuses)[number];
  @Nested(() => MoneyAnswer) amount!: Money;
  @Id('loc') locationId!: string;
  @Optional() @Whole(0, 3, { example: 3 }) attemptsLeft?: number;
  @Optional() @Line(254, { description: 'Where the code went', example: 'a•••@example.com' }) sentTo?: string;
  @Optional() @Line(40, { description: 'Why it came to nothing', example: 'expired' }) reason?: string;
  @Time() requestedAt!: string;
  @Time() expiresAt!: string;
}

const exampleRequest = {
  id: 'ded_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
  cardId: exampleCardId,
  status: 'waiting',
  amount: { amount: 2000, currency: 'USD' },
  locationId: exampleLocationId,
  attemptsLeft: 3,
  sentTo: 'a•••@example.com',
  requestedAt: '2026-11-22T15:30:00.000Z',
  expiresAt: '2026-11-22T15:40:00.000Z',
};

const refusedCards = ['card-unknown', 'card-not-delivered', 'card-blocked', 'card-voided', 'card-expired'];

@ApiController('deduction-requests')
export class DeductionRequestsApi {
  constructor(
    private readonly contexts: CommandContexts,
    private readonly commands: CommandBus,
    private readonly cards: CardStreams,
    private readonly finder: CardFinder,
    private readonly requests: DeductionRequests,
  ) {}

  @Post()
  @Permit('cards.deduct')
  @Operation({
    id: 'requestDeduction',
    summary: 'Ask the buyer for a deduction',
    description:
      'The buyer is mailed a six-digit code with amount and place. One request a card is live: a new one cancels the one before.',
    idempotent: true,
    example: { cardId: exampleCardId, amount: { amount: 2000, currency: 'USD' }, locationId: exampleLocationId },
    answer: DeductionRequestAnswer,
    answerExample: exampleRequest,
    refusals: [
      ...refusedCards,
      'insufficient-funds',
      'currency-mismatch',
      'too-many-codes',
      'buyer-erased',
      'location-unknown',
      'location-not-open',
    ],
  })
  async request(
    @Input() { cardId, amount, locationId }: RequestDeductionInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<DeductionRequestAnswer> {
    const context = this.contexts.idempotent(request, 'request-deduction');
    const deductionId = this.contexts.idFor(context, 'ded');
    const change = await this.requests.request(context, cardId, deductionId, amount, locationId);
    this.contexts.answer(reply, change);
    reply.header('location', `/v1/deduction-requests/${deductionId}`);
    return told(await this.cards.cardAfter(context.network, cardId, change), deductionId);
  }

  @Get(':id')
  @Permit('cards.view')
  @Operation({
    id: 'getDeductionRequest',
    summary: 'See a deduction request',
    answer: DeductionRequestAnswer,
    answerExample: exampleRequest,
    refusals: ['deduction-unknown'],
  })
  async get(@Param('id') id: string, @Req() request: ApiRequest): Promise<DeductionRequestAnswer> {
    const network = networkOf(request.caller);
    return told(await this.cards.card(network, await this.finder.byRequest(network, id)), id);
  }

  @Post(':id/confirm')
  @Permit('cards.deduct')
  @Operation({
    id: 'confirmDeduction',
    summary: 'Confirm a deduction with the buyer’s code',
    idempotent: true,
    example: { code: '123456' },
    answer: DeductionAnswer,
    answerExample: exampleDeduction,
    refusals: [
      ...refusedCards,
      'deduction-unknown',
      'deduction-closed',
      'deduction-code-wrong',
      'deduction-cancelled-attempts',
      'deduction-cancelled-expired',
      'deduction-cancelled-insufficient',
    ],
  })
  async confirm(
    @Param('id') id: string,
    @Input() { code }: ConfirmDeductionInput,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<DeductionAnswer> {
    const context = this.contexts.idempotent(request, 'confirm-deduction');
    const cardId = await this.finder.byRequest(context.network, id);
    const change = await this.commands.execute<ConfirmDeduction, CardChange>(new ConfirmDeduction(context, cardId, id, code));
    this.contexts.answer(reply, change);
    return deductionAnswer(factOf(change, 'FundsDeducted'));
  }

  @Post(':id/withdraw')
  @Permit('cards.deduct')
  @Operation({
    id: 'withdrawDeduction',
    summary: 'Withdraw a deduction request',
    description: 'Its code is dead at once.',
    status: 200,
    answer: DeductionRequestAnswer,
    answerExample: { ...exampleRequest, status: 'cancelled', reason: 'withdrawn', attemptsLeft: undefined, sentTo: undefined },
    refusals: ['deduction-unknown', 'deduction-closed', 'card-voided', 'card-expired'],
  })
  async withdraw(
    @Param('id') id: string,
    @Req() request: ApiRequest,
    @Res({ passthrough: true }) reply: ApiReply,
  ): Promise<DeductionRequestAnswer> {
    const context = this.contexts.once(request);
    const cardId = await this.finder.byRequest(context.network, id);
    const change = await this.commands.execute<WithdrawDeduction, CardChange>(new WithdrawDeduction(context, cardId, id));
    this.contexts.answer(reply, change);
    return told(await this.cards.cardAfter(context.network, cardId, change), id);
  }
}

/** The request as its card's own facts tell it. */
function told({ card, history }: CardSheet, deductionId: string): DeductionRequestAnswer {
  const about = history.filter(({ fact: { data } }) => 'deductionId' in data && data.deductionId === deductionId).map(({ fact }) => fact);
  const asked = about.find((fact) => fact.type === 'DeductionRequested');
  if (!asked) throw new Rejection('deduction-unknown');
  const { amount, locationId, at: requestedAt, expiresAt } = asked.data;
  const cancelled = about.find((fact) => fact.type === 'DeductionCancelled');
  const done = about.some(({ type }) => type === 'FundsDeducted');
  const buyer = reveal(card.buyer.email);
  const live = card.request?.deductionId === deductionId ? card.request : null;
  return {
    id: deductionId,
    cardId: card.cardId,
    status: done ? 'confirmed' : cancelled ? 'cancelled' : 'waiting',
    amount,
    locationId,
    attemptsLeft: live?.attemptsLeft,
    sentTo: live && buyer !== undefined ? maskedAddress(buyer) : undefined,
    reason: cancelled?.data.reason,
    requestedAt,
    expiresAt,
  };
}
