import { Injectable } from '@nestjs/common';
import { Rejection } from '../../kernel/rejection';
import { Throttle } from '../../platform/security/throttle';
import { readCardCode } from '../domain/card-code';
import type { CardPageRequest } from './form-contexts';
import { CardFinder } from './look-up-card';
import { PresentedCodes } from './presented-codes';

/** What a scanner types when it is held before a card's QR code. */
const LINK = /\/c\/([0-9A-Z]{26})\/?(?:\?.*)?$/i;

/** An employee's search may be a card itself: its whole code, typed, or its link, scanned. */
@Injectable()
export class ShownCodes {
  constructor(
    private readonly finder: CardFinder,
    private readonly codes: PresentedCodes,
    private readonly throttle: Throttle,
  ) {}

  /**
   * Undefined where the text can't be either and is something to search for.
   * @throws Rejection `code-not-valid`, `too-many-requests`
   */
  async cardOf({ network, ip, caller }: CardPageRequest, text: string): Promise<string | undefined> {
    const token = LINK.exec(text.trim())?.[1];
    if (token !== undefined) return this.byLink(network.id, ip, token);
    if (!looksLikeACode(text)) return undefined;
    const by = { network: network.id, ip, account: caller.id };
    const { card } = await this.codes.present(text, by, (hash) => this.finder.byCode(network.id, hash));
    return card.cardId;
  }

  private async byLink(network: string, ip: string, token: string): Promise<string> {
    const attempt = await this.throttle.take('link', { ip });
    const found = await this.finder.byLink(token);
    if (found.network !== network) throw new Rejection('code-not-valid');
    await attempt.giveBack();
    return found.card.cardId;
  }
}

/** Sixteen letters may be a name; with a digit among them, or in fours, they are a code. */
const looksLikeACode = (text: string): boolean =>
  readCardCode(text) !== undefined && (/\d/.test(text) || /^\s*\w{4}[\s-]+\w{4}[\s-]+\w{4}[\s-]+\w{4}\s*$/.test(text));
