import { Injectable, Post, Req } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { EventStore } from '../../platform/event-store/event-store';
import { Models } from '../../platform/read-store/models';
import { Permit } from '../../platform/security/permit';
import { ApiController, Input, Operation, type ApiRequest } from '../../platform/web/api';
import { Secret } from '../../platform/web/input';
import { byCode, byLink, byRequest, byStop, cardLookup, type CardLookup } from '../read-models/card-lookup';
import { cardAnswer, exampleCard, GiftCardAnswer } from './card-answers';
import { CardKeys } from './card-keys';
import { CardStreams, type CardSheet } from './card-streams';
import { NotFoundYet, PresentedCodes } from './presented-codes';
import { networkOf } from './see-card';

/** How long a lookup that lags is waited for; it mostly lags by less than a tenth of a second. */
const PATIENCE_MS = 2_000;

/** From a secret or the id of a deduction request to its card. The card itself says whether the secret still counts. */
@Injectable()
export class CardFinder {
  constructor(
    private readonly models: Models,
    private readonly events: EventStore,
    private readonly cards: CardStreams,
    private readonly keys: CardKeys,
  ) {}

  /** @throws Rejection `code-not-valid` for a wrong, a replaced and another network's code alike */
  async byCode(network: string, hash: string): Promise<CardSheet> {
    const found = await this.lookUp(byCode(hash));
    if (found?.network !== network) throw new Rejection('code-not-valid');
    const sheet = await this.cards.card(network, found.cardId);
    const state = await this.cards.state(network, found.cardId);
    if (!('codeHash' in state) || state.codeHash !== hash) throw new Rejection('code-not-valid');
    return sheet;
  }

  /** The recipient's page. @throws Rejection `code-not-valid` */
  async byLink(token: string): Promise<CardSheet & { readonly network: string }> {
    const hash = this.keys.linkHash(token);
    const found = await this.lookUp(byLink(hash));
    if (!found) throw new Rejection('code-not-valid');
    const { network, cardId } = found;
    const sheet = await this.cards.card(network, cardId);
    const state = await this.cards.state(network, cardId);
    if ('linkHash' in state && state.linkHash !== hash) throw new Rejection('code-not-valid');
    return { ...sheet, network };
  }

  /** The page to stop a deduction, from the mail with the code. @throws Rejection `code-not-valid` */
  async byStop(token: string): Promise<{ network: string; cardId: string; deductionId: string }> {
    const found = await this.lookUp(byStop(this.keys.stopHash(token)));
    if (!found || found.deductionId === null) throw new Rejection('code-not-valid');
    return { network: found.network, cardId: found.cardId, deductionId: found.deductionId };
  }

  /**
   * The card that a deduction was asked of, also a moment ago.
   * @throws Rejection `deduction-unknown`
   */
  async byRequest(network: string, deductionId: string): Promise<string> {
    const found = await this.lookUp(byRequest(deductionId));
    if (found?.network !== network) throw new Rejection('deduction-unknown');
    return found.cardId;
  }

  /**
   * A card that was issued a moment ago is found too: whoever has its code may use it at once.
   * @throws NotFoundYet
   */
  private async lookUp(key: string): Promise<CardLookup | undefined> {
    const found = await this.models.get<CardLookup>(cardLookup, key);
    if (found) return found;
    if (await this.models.settled(cardLookup, await this.events.head(), PATIENCE_MS)) return this.models.get<CardLookup>(cardLookup, key);
    throw new NotFoundYet();
  }
}

export class LookUpCardInput {
  @Secret(64, { description: 'The card’s code, however it was typed', example: '7qk2 m9xd 04tv hz3c' }) code!: string;
}

@ApiController('gift-cards')
export class LookUpCardApi {
  constructor(
    private readonly finder: CardFinder,
    private readonly codes: PresentedCodes,
  ) {}

  @Post('lookup')
  @Permit('cards.view')
  @Operation({
    id: 'lookUpGiftCard',
    summary: 'Find a card by its code',
    description: 'A wrong code, an unknown card and another network’s card are answered alike. Wrong tries are limited.',
    example: { code: '7QK2-M9XD-04TV-HZ3C' },
    status: 200,
    answer: GiftCardAnswer,
    answerExample: exampleCard,
    refusals: ['code-not-valid', 'too-many-requests'],
  })
  async lookUp(@Input() { code }: LookUpCardInput, @Req() request: ApiRequest): Promise<GiftCardAnswer> {
    const network = networkOf(request.caller);
    const account = request.caller.kind === 'anonymous' ? undefined : request.caller.id;
    const { card } = await this.codes.present(code, { network, ip: request.ip, account }, (hash) => this.finder.byCode(network, hash));
    return cardAnswer(card);
  }
}
