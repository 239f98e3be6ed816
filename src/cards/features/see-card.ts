import { Get, Param, Req } from '@nestjs/common';
import type { Actor } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { Models } from '../../platform/read-store/models';
import type { Filter } from '../../platform/read-store/read-store';
import type { Caller } from '../../platform/security/caller';
import { Permit } from '../../platform/security/permit';
import { ApiController, Operation, Search, type ApiRequest } from '../../platform/web/api';
import { Cursors, type Listed } from '../../platform/web/cursors';
import { Email, Flag, Id, Line, Nested, OneOf, Optional, PageQuery, Pattern, Time } from '../../platform/web/input';
import { Positions } from '../../platform/web/positions';
import { activitiesOf, activityKinds, type Activity, type ActivityKind } from '../read-models/activities';
import { folded } from '../../kernel/folded';
import { cardList, cardStatuses, type CardListItem, type CardStatus } from '../read-models/card-list';
import { cardAnswer, exampleCard, exampleLocationId, GiftCardAnswer, MoneyAnswer } from './card-answers';
import { CardStreams } from './card-streams';

export class ListCardsQuery extends PageQuery {
  @Optional() @OneOf(cardStatuses) status?: CardStatus;
  @Optional() @Email({ description: 'Of the recipient, whole' }) recipientEmail?: string;
  @Optional() @Email({ description: 'Of the buyer, whole' }) buyerEmail?: string;
  @Optional()
  @Pattern('^[0-9A-Za-z]{4}$', 'input.format', { most: 4, description: 'The last four characters of the code' })
  lastFour?: string;
  @Optional()
  @Line(100, { description: 'An e-mail address, the last four of a code, or the beginning of a name, of recipient or buyer' })
  search?: string;
}

/** Which cards a search means: the one set of rules for the window and the API. `anyOf` is left out when there is nothing to search for. */
export function searched(
  network: string,
  query: Pick<ListCardsQuery, 'status' | 'recipientEmail' | 'buyerEmail' | 'lastFour' | 'search'>,
): { filter: Filter; anyOf?: readonly Filter[] } {
  const { status, recipientEmail, buyerEmail, lastFour, search } = query;
  const filter: Filter = {
    network,
    ...(status ? { status } : {}),
    ...(recipientEmail ? { 'search.recipientEmail.value': folded(recipientEmail) } : {}),
    ...(buyerEmail ? { 'search.buyerEmail.value': folded(buyerEmail) } : {}),
    ...(lastFour ? { lastFour: lastFour.toUpperCase() } : {}),
  };
  const text = folded(search ?? '');
  return text === '' ? { filter } : { filter, anyOf: meanings(text) };
}

function meanings(text: string): readonly Filter[] {
  if (text.includes('@')) return ['recipientEmail', 'buyerEmail'].map((field) => ({ [`search.${field}.value`]: text }));
  const names = ['recipientName', 'recipientNameBack', 'buyerName', 'buyerNameBack', 'recipientEmail', 'buyerEmail'];
  const byName = names.map((field): Filter => ({ [`search.${field}.value`]: { prefix: text } }));
  return /^[0-9a-z]{4}$/.test(text) ? [{ lastFour: text.toUpperCase() }, ...byName] : byName;
}

/** Newest first; both never change, so that pages are stable under inserts. */
export const newestFirst: readonly string[] = ['-issuedAt', '-cardId'];
export const placeInList = ({ issuedAt, cardId }: CardListItem): readonly string[] => [issuedAt, cardId];

export class ActorAnswer {
  @OneOf(['employee', 'device', 'apiKey', 'buyer', 'public', 'policy', 'job', 'operator']) kind!: string;
  @Line(100) id!: string;
}

export class ActivityAnswer {
  @Line(40) id!: string;
  @OneOf(activityKinds, { example: 'deducted' }) kind!: ActivityKind;
  @Time() at!: string;
  @Nested(() => ActorAnswer) by!: Actor;
  @Optional() @Id('loc') locationId?: string;
  @Optional() @Nested(() => MoneyAnswer, { description: 'What moved' }) amount?: Money;
  @Optional() @OneOf(['in', 'out']) direction?: 'in' | 'out';
  @Optional() @Nested(() => MoneyAnswer, { description: 'What was on the card afterwards' }) balance?: Money;
  @Optional() @Line(60, { description: 'Id of the deduction (asked for or done), top-up or reversal' }) movementId?: string;
  @Optional() @Id('rdm', { description: 'Of a deduction at a counter: the redemption' }) redemptionId?: string;
  @Optional() @Flag({ description: 'The deduction was reversed later' }) reversed?: boolean;
  @Optional()
  @Line(1000, { description: 'Why, in the words of who did it or of the mail server; or how a requested deduction ended' })
  reason?: string;
}

const activityAnswer = ({ amount, outcome, reason, ...activity }: Activity): ActivityAnswer => ({
  ...activity,
  ...(amount ? { amount: amount.money, direction: amount.sign === 1 ? 'in' : 'out' } : {}),
  reason: outcome ?? reason,
});

const exampleActivity = {
  id: '5f0c1a52-6f0e-5d3b-9a53-0f3f1de0a8a1',
  kind: 'deducted',
  at: '2026-11-22T15:30:00.000Z',
  by: { kind: 'apiKey', id: 'key_01JD8Z4M2Q7RXK3V5T9WBN6CHG' },
  locationId: exampleLocationId,
  amount: { amount: 2000, currency: 'USD' },
  direction: 'out',
  balance: { amount: 3000, currency: 'USD' },
  movementId: 'ded_01JD8Z4M2Q7RXK3V5T9WBN6CHG',
};

@ApiController('gift-cards')
export class SeeCardsApi {
  constructor(
    private readonly models: Models,
    private readonly cards: CardStreams,
    private readonly cursors: Cursors,
    private readonly positions: Positions,
  ) {}

  @Get()
  @Permit('cards.view')
  @Operation({
    id: 'listGiftCards',
    summary: 'List gift cards, newest first',
    answer: { listOf: GiftCardAnswer },
    answerExample: { data: [exampleCard], next: null },
    refusals: ['cursor-unusable'],
  })
  async list(@Search() query: ListCardsQuery, @Req() request: ApiRequest): Promise<Listed<GiftCardAnswer>> {
    const { limit = 50, after, ...filters } = query;
    const network = networkOf(request.caller);
    const list = [network, 'gift-cards', filters];
    await this.models.settled(cardList, this.positions.of(request));
    const found = await this.models.find<CardListItem>(cardList, {
      ...searched(network, query),
      sort: newestFirst,
      after: this.cursors.open(list, after),
      limit: limit + 1,
    });
    const { data, next } = this.cursors.page(list, found, limit, placeInList);
    return { data: data.map(cardAnswer), next };
  }

  @Get(':id')
  @Permit('cards.view')
  @Operation({
    id: 'getGiftCard',
    summary: 'See one gift card',
    description: 'Folded from its events: never stale.',
    answer: GiftCardAnswer,
    answerExample: exampleCard,
    refusals: ['card-unknown'],
  })
  async get(@Param('id') id: string, @Req() request: ApiRequest): Promise<GiftCardAnswer> {
    return cardAnswer((await this.cards.card(networkOf(request.caller), id)).card);
  }

  @Get(':id/activities')
  @Permit('cards.view')
  @Operation({
    id: 'listGiftCardActivities',
    summary: 'See everything that happened to a card',
    description: 'Newest first, the whole history in one answer.',
    answer: { listOf: ActivityAnswer },
    answerExample: { data: [exampleActivity], next: null },
    refusals: ['card-unknown'],
  })
  async activities(@Param('id') id: string, @Req() request: ApiRequest): Promise<Listed<ActivityAnswer>> {
    const { history } = await this.cards.card(networkOf(request.caller), id);
    return { data: activitiesOf(history).map(activityAnswer), next: null };
  }
}

/** The network that a signed-in caller acts in. */
export function networkOf(caller: Caller): string {
  if (caller.kind === 'anonymous') throw new Error('A route of a network was open to visitors');
  return caller.network;
}
