import { Injectable } from '@nestjs/common';
import type { RecordedFact } from '../../kernel/event-sourcing';
import type { Money } from '../../kernel/money';
import { Config } from '../../platform/config';
import { Ids } from '../../platform/ids';
import { Vault } from '../../platform/security/vault';
import { CODE_CHARACTERS, lastFourOf, readCardCode, writeCardCode } from '../domain/card-code';
import type { CardId, CardLink, GiftCardFact, SealedCode } from '../domain/gift-card.facts';
import type { CardSecrets } from '../domain/issue-card';

const TOKEN_CHARACTERS = 26;
const DIGITS = 6;

/** What a card is opened with, in clear: for the answer to whoever may issue cards, and for the recipient's mail. */
export interface OpenSecrets {
  /** `7QK2-M9XD-04TV-HZ3C` */
  readonly code: string;
  /** The recipient's page. */
  readonly link: string;
}

/**
 * The secrets of cards (engine 4). Codes are random and sealed; links, stop links and the six digits are derived, so that only hashes
 * are stored. Look-ups go by hashes under a key that is never rotated.
 */
@Injectable()
export class CardKeys {
  constructor(
    private readonly vault: Vault,
    private readonly ids: Ids,
    private readonly config: Config,
  ) {}

  /** A new random code and the link with this number. */
  fresh(cardId: CardId, number = 1): CardSecrets {
    const code = this.ids.secret(CODE_CHARACTERS);
    const keyVersion = this.vault.keyVersion;
    const token = this.token(cardId, { number, keyVersion });
    return {
      code: { sealed: this.vault.seal(code, cardId), hash: this.codeHash(code), lastFour: lastFourOf(code) },
      link: { number, keyVersion, hash: this.linkHash(token) },
    };
  }

  /** The newest code and link of a card, from its own facts. */
  reveal(cardId: CardId, { code, link }: { code: SealedCode; link: CardLink }): OpenSecrets {
    return { code: writeCardCode(this.vault.unseal(code.sealed, cardId)), link: `${this.config.publicUrl}/c/${this.token(cardId, link)}` };
  }

  /** Of what somebody typed; undefined when it can't be a code at all. */
  hashOfTyped(typed: string): string | undefined {
    const code = readCardCode(typed);
    return code === undefined ? undefined : this.codeHash(code);
  }

  linkHash(token: string): string {
    return this.vault.hash('card-link', token.toUpperCase());
  }

  /** The six digits that go to the buyer. */
  deductionCode(cardId: CardId, deductionId: string, keyVersion: number): string {
    return this.vault.deriveDigits('deduction-code', [cardId, deductionId], DIGITS, keyVersion);
  }

  /** Bound to card, deduction and amount: good for nothing else. Spaces that people type are no part of it. */
  deductionHash(cardId: CardId, deductionId: string, amount: Money, code: string, keyVersion: number): string {
    const digits = code.replace(/[\s-]/g, '');
    return this.vault.hash('deduction-code', `${cardId}\n${deductionId}\n${amount.amount} ${amount.currency}\n${digits}`, keyVersion);
  }

  stopLink(cardId: CardId, deductionId: string, keyVersion: number): string {
    return `${this.config.publicUrl}/stop/${this.stopToken(cardId, deductionId, keyVersion)}`;
  }

  stopHash(token: string): string {
    return this.vault.hash('stop-link', token.toUpperCase());
  }

  stopToken(cardId: CardId, deductionId: string, keyVersion: number): string {
    return this.vault.derive('stop-link', [cardId, deductionId], TOKEN_CHARACTERS, keyVersion);
  }

  /** The version that new codes and links are derived with. */
  get keyVersion(): number {
    return this.vault.keyVersion;
  }

  private codeHash(code: string): string {
    return this.vault.hash('card-code', code);
  }

  private token(cardId: CardId, { number, keyVersion }: Pick<CardLink, 'number' | 'keyVersion'>): string {
    return this.vault.derive('card-link', [cardId, number], TOKEN_CHARACTERS, keyVersion);
  }
}

/** The code and link that count now: the last ones that the card's facts name. */
export function newestSecrets(history: readonly RecordedFact<GiftCardFact>[]): { code: SealedCode; link: CardLink } | undefined {
  for (let index = history.length - 1; index >= 0; index -= 1) {
    const { data } = history[index]!.fact;
    if ('code' in data) return data;
  }
  return undefined;
}
