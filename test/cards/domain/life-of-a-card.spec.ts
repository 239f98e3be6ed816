import {
  awaitsGiftMail,
  CorrectBuyer,
  correctBuyer,
  CorrectRecipient,
  correctRecipient,
  DeliverCard,
  deliverCard,
  MailBuyer,
  MailGift,
  type MailOutcome,
  recordBuyerMail,
  recordGiftMail,
  ReplaceCard,
  replaceCard,
  SendGift,
  sendGift,
} from '../../../src/cards/domain/delivery';
import { giftCard, type GiftCard } from '../../../src/cards/domain/gift-card';
import { giftCardFacts, giftCardPersonal, type GiftCardFact } from '../../../src/cards/domain/gift-card.facts';
import { IssueCard, issueCard, yearsAfter, type CardSale } from '../../../src/cards/domain/issue-card';
import {
  BlockCard,
  blockCard,
  ExpireCard,
  expireCard,
  FreezeCard,
  freezeCard,
  UnblockCard,
  unblockCard,
  VoidCard,
  voidCard,
} from '../../../src/cards/domain/standing';
import { given } from '../../support/given';
import {
  blocked,
  buyerCorrected,
  buyerMailFailed,
  buyerMailSent,
  cardId,
  context,
  deducted,
  delivered,
  expired,
  folded,
  frozen,
  giftCardSamples,
  handedOver,
  issued,
  mailFailed,
  mailRequested,
  noon,
  recipientCorrected,
  replaced,
  requested,
  sale,
  secrets,
  tomorrow,
  toppedUp,
  unblocked,
  usd,
  voided,
} from '../facts';

const issue = (more: Partial<CardSale> = {}) => new IssueCard(context(), cardId, { ...sale, ...more }, secrets());
const variant = (more: object): GiftCardFact => ({ ...issued, data: { ...issued.data, ...more } }) as GiftCardFact;
const mail = (n: number): GiftCardFact => ({ ...mailRequested, data: { ...mailRequested.data, mail: n } });
const scheduled = variant({ delivery: { kind: 'at', at: tomorrow } });
const at = <F extends GiftCardFact>(fact: F, instant: string): F => ({ ...fact, data: { ...fact.data, at: instant } });
const unknownRecipient = variant({ recipient: undefined, delivery: { kind: 'none' } });

const outcomeGift = (outcome: MailOutcome) => (card: GiftCard, command: MailGift) => recordGiftMail(card, command, outcome);
const outcomeBuyer = (outcome: MailOutcome) => (card: GiftCard, command: MailBuyer) => recordBuyerMail(card, command, outcome);

describe('issuing a card', () => {
  it('asks for the gift to be mailed', () => given(giftCard).when(issueCard, issue()).yields(issued, mailRequested));
  it('waits for its day', () =>
    given(giftCard)
      .when(issueCard, issue({ delivery: { kind: 'at', at: tomorrow } }))
      .yields(scheduled));
  it('goes out at once when the day is past', () =>
    given(giftCard)
      .when(issueCard, issue({ delivery: { kind: 'at', at: noon } }))
      .yields(variant({ delivery: { kind: 'at', at: noon } }), mailRequested));
  it('is active at once when the seller hands it over', () =>
    given(giftCard)
      .when(issueCard, issue({ delivery: { kind: 'none' } }))
      .yields(variant({ delivery: { kind: 'none' } }), handedOver));
  it('may end after five years to the moment', () =>
    given(giftCard)
      .when(issueCard, issue({ expiresAt: '2031-11-22T12:00:00.000Z' }))
      .yields(variant({ expiresAt: '2031-11-22T12:00:00.000Z' }), mailRequested));
  it('does nothing for a card that is there', () => given(giftCard, issued).when(issueCard, issue()).yields());

  it.each<[string, Partial<CardSale>, string]>([
    ['below the smallest value', { value: usd(499) }, 'value-too-small'],
    ['above the largest value', { value: usd(200_001) }, 'value-too-large'],
    ['for nothing', { value: usd(0) }, 'amount-not-positive'],
    ['for a fraction of a cent', { value: usd(500.5) }, 'amount-not-positive'],
    ['in another currency', { value: { amount: 5000, currency: 'CAD' } }, 'currency-mismatch'],
    ['by mail to nobody', { recipient: undefined }, 'recipient-missing'],
    ['for less than five years', { expiresAt: '2031-11-22T11:59:59.999Z' }, 'expiry-too-soon'],
  ])('is refused %s', (_, more, code) => given(giftCard).when(issueCard, issue(more)).isRefused(code));
});

describe('delivery', () => {
  it('makes a pending card active', () => {
    expect(folded(issued, mailRequested)).toMatchObject({ status: 'pending' });
    expect(folded(issued, mailRequested, delivered)).toMatchObject({ status: 'active', giftMail: { state: 'sent', mail: 1 } });
  });
  it('happens when its day has come', () =>
    given(giftCard, scheduled)
      .when(deliverCard, new DeliverCard(context(tomorrow), cardId))
      .yields(at(mailRequested, tomorrow)));
  it.each<[string, readonly GiftCardFact[], string]>([
    ['before its day', [scheduled], noon],
    ['twice', [scheduled, mailRequested], tomorrow],
    ['while the card is blocked', [scheduled, blocked], tomorrow],
    ['for a voided card', [scheduled, voided], tomorrow],
  ])('does not happen %s', (_, history, when) =>
    given(giftCard, ...history)
      .when(deliverCard, new DeliverCard(context(when), cardId))
      .yields(),
  );

  it('is recorded when the mail server took the gift', () =>
    given(giftCard, issued, mailRequested)
      .when(outcomeGift({ sent: true }), new MailGift(context(), cardId, 1))
      .yields(delivered));
  it('is recorded when it refused', () =>
    given(giftCard, issued, mailRequested)
      .when(outcomeGift({ sent: false, reason: '550 no such mailbox' }), new MailGift(context(), cardId, 1))
      .yields(mailFailed));
  it.each<[string, readonly GiftCardFact[]]>([
    ['a mail that was overtaken', [issued, mailRequested, mail(2)]],
    ['a mail that was counted already', [issued, mailRequested, delivered]],
    ['a voided card', [issued, mailRequested, voided]],
  ])('is not recorded for %s', (_, history) => {
    given(giftCard, ...history)
      .when(outcomeGift({ sent: true }), new MailGift(context(), cardId, 1))
      .yields();
    expect(awaitsGiftMail(folded(...history), 1)).toBe(false);
  });

  it('can be asked for again', () =>
    given(giftCard, issued, mailRequested, delivered).when(sendGift, new SendGift(context(), cardId)).yields(mail(2)));
  it('can be asked for before its day', () =>
    given(giftCard, scheduled).when(sendGift, new SendGift(context(), cardId)).yields(mailRequested));
  it('is not asked for twice at once', () =>
    given(giftCard, issued, mailRequested).when(sendGift, new SendGift(context(), cardId)).yields());
  it.each<[string, readonly GiftCardFact[], string]>([
    ['of a blocked card', [issued, blocked], 'card-blocked'],
    ['to nobody', [unknownRecipient, handedOver], 'recipient-missing'],
    ['of a voided card', [issued, voided], 'card-voided'],
  ])('again is refused %s', (_, history, code) =>
    given(giftCard, ...history)
      .when(sendGift, new SendGift(context(), cardId))
      .isRefused(code),
  );
});

describe('mails to the buyer', () => {
  it('are recorded when sent', () =>
    given(giftCard, issued)
      .when(outcomeBuyer({ sent: true }), new MailBuyer(context(), cardId, 'receipt', cardId))
      .yields(buyerMailSent));
  it('are recorded when refused', () =>
    given(giftCard, issued)
      .when(outcomeBuyer({ sent: false, reason: '550 no such mailbox' }), new MailBuyer(context(), cardId, 'deduction-code', 'ded_2'))
      .yields(buyerMailFailed));
  it('change nothing in the card', () => expect(folded(issued, buyerMailSent, buyerMailFailed)).toEqual(folded(issued)));
});

describe('a lost card', () => {
  const replace = (mailed: boolean, number = 2) => new ReplaceCard(context(), cardId, secrets(number), mailed);
  it('gets a new code and link, mailed', () =>
    given(giftCard, issued, mailRequested, delivered).when(replaceCard, replace(true)).yields(replaced, mail(2)));
  it('gets them handed over', () => given(giftCard, issued, delivered).when(replaceCard, replace(false)).yields(replaced));
  it('keeps its day of delivery', () => given(giftCard, scheduled).when(replaceCard, replace(true)).yields(replaced));
  it('keeps balance and history', () =>
    expect(folded(issued, delivered, deducted, replaced)).toMatchObject({ status: 'used', balance: usd(3000), codeHash: 'code-hash-2' }));
  it('stays blocked', () => expect(folded(issued, delivered, blocked, replaced)).toMatchObject({ blocked: 'byStaff' }));
  it.each<[string, ReplaceCard, string, readonly GiftCardFact[]]>([
    ['when it is voided', replace(false), 'card-voided', [issued, voided]],
    ['by mail to nobody', replace(true), 'recipient-missing', [unknownRecipient, handedOver]],
    ['with a link number that is taken', replace(false), 'edited-meanwhile', [issued, delivered, replaced]],
  ])('is not replaced %s', (_, command, code, history) =>
    given(giftCard, ...history)
      .when(replaceCard, command)
      .isRefused(code),
  );
});

describe('a wrong recipient', () => {
  const correct = new CorrectRecipient(context(), cardId, { email: 'bo@example.org' }, secrets(2));
  const renewed = { ...replaced, data: { ...replaced.data, why: 'recipientCorrected' as const } };
  it('is corrected before the delivery', () => given(giftCard, scheduled).when(correctRecipient, correct).yields(recipientCorrected));
  it('loses what may have reached them', () =>
    given(giftCard, issued, mailRequested, delivered).when(correctRecipient, correct).yields(recipientCorrected, renewed, mail(2)));
  it('loses a mail that is on its way', () =>
    given(giftCard, issued, mailRequested).when(correctRecipient, correct).yields(recipientCorrected, renewed, mail(2)));
  it('gets the gift mailed where it never arrived', () =>
    given(giftCard, issued, mailRequested, mailFailed).when(correctRecipient, correct).yields(recipientCorrected, mail(2)));
  it('loses a card that once arrived, although the last mail failed', () =>
    given(giftCard, issued, mailRequested, delivered, mail(2), { ...mailFailed, data: { ...mailFailed.data, mail: 2 } })
      .when(correctRecipient, correct)
      .yields(recipientCorrected, renewed, mail(3)));
  it('stays once the card was used', () =>
    given(giftCard, issued, delivered, deducted).when(correctRecipient, correct).isRefused('card-used'));
  it('stays on a voided card', () => given(giftCard, issued, voided).when(correctRecipient, correct).isRefused('card-voided'));
  it('becomes known where nobody was', () =>
    expect(folded(unknownRecipient, handedOver, recipientCorrected)).toMatchObject({ recipient: 'known' }));
});

it('stays used when its mail is sent once more', () =>
  expect(
    folded(issued, delivered, deducted, mail(2), { ...delivered, data: { ...delivered.data, how: { kind: 'mail', mail: 2 } } }),
  ).toMatchObject({
    status: 'used',
    giftMail: { state: 'sent', mail: 2 },
  }));

it('corrects the buyer', () =>
  given(giftCard, issued, delivered)
    .when(correctBuyer, new CorrectBuyer(context(), cardId, { email: 'amelie@example.org' }))
    .yields(buyerCorrected));
it('gives each corrected person a key of their own', () => {
  const [corrected] = correctBuyer(
    folded(issued, delivered, recipientCorrected),
    new CorrectBuyer(context(), cardId, { email: 'x@example.org' }),
  );
  expect(corrected).toMatchObject({ data: { buyer: { email: { subject: `buyer:${cardId}:2` } } } });
  const [again] = correctBuyer(
    folded(issued, delivered, recipientCorrected, buyerCorrected),
    new CorrectBuyer(context(), cardId, { email: 'y@example.org' }),
  );
  expect(again).toMatchObject({ data: { buyer: { email: { subject: `buyer:${cardId}:3` } } } });
});

describe('standing', () => {
  it('blocks', () =>
    given(giftCard, issued)
      .when(blockCard, new BlockCard(context(), cardId, 'reported stolen'))
      .yields(blocked));
  it('blocks once', () => given(giftCard, issued, blocked).when(blockCard, new BlockCard(context(), cardId)).yields());
  it('lets staff take over the buyer’s freeze', () =>
    given(giftCard, issued, frozen)
      .when(blockCard, new BlockCard(context(), cardId, 'reported stolen'))
      .yields(blocked));
  it('freezes', () =>
    given(giftCard, issued, delivered)
      .when(freezeCard, new FreezeCard(context(), cardId, 'ded_2'))
      .yields(frozen));
  it('freezes once', () =>
    given(giftCard, issued, blocked)
      .when(freezeCard, new FreezeCard(context(), cardId, 'ded_2'))
      .yields());
  it('unblocks', () =>
    given(giftCard, issued, blocked)
      .when(unblockCard, new UnblockCard(context(), cardId, 'found again'))
      .yields(unblocked));
  it('unblocks what the buyer froze', () =>
    given(giftCard, issued, frozen)
      .when(unblockCard, new UnblockCard(context(), cardId, 'found again'))
      .yields(unblocked));
  it('unblocks once', () => given(giftCard, issued).when(unblockCard, new UnblockCard(context(), cardId)).yields());
  it('voids what is left', () =>
    given(giftCard, issued, delivered)
      .when(voidCard, new VoidCard(context(), cardId, 'refunded'))
      .yields(voided));
  it('voids a blocked card', () =>
    given(giftCard, issued, delivered, blocked)
      .when(voidCard, new VoidCard(context(), cardId, 'refunded'))
      .yields(voided));
  it('voids for good', () => {
    given(giftCard, issued, voided).when(voidCard, new VoidCard(context(), cardId)).isRefused('card-voided');
    given(giftCard, issued, voided).when(unblockCard, new UnblockCard(context(), cardId)).isRefused('card-voided');
    given(giftCard, issued, voided).when(blockCard, new BlockCard(context(), cardId)).isRefused('card-voided');
  });
});

describe('years', () => {
  it.each([
    ['2026-11-22T12:00:00.000Z', 5, '2031-11-22T12:00:00.000Z'],
    ['2028-02-29T23:30:00.000Z', 5, '2033-02-28T23:30:00.000Z'],
    ['2028-02-29T23:30:00.000Z', 8, '2036-02-29T23:30:00.000Z'],
    ['2096-02-29T23:30:00.000Z', 8, '2104-02-29T23:30:00.000Z'],
    ['2096-02-29T23:30:00.000Z', 4, '2100-02-28T23:30:00.000Z'],
    ['1996-02-29T23:30:00.000Z', 4, '2000-02-29T23:30:00.000Z'],
    ['2028-02-28T23:30:00.000Z', 5, '2033-02-28T23:30:00.000Z'],
  ])('after %s, %i of them end at %s', (from, years, to) => expect(yearsAfter(from, years)).toBe(to));
});

describe('expiry', () => {
  const expiresAt = '2031-11-22T12:00:00.000Z';
  const mortal = variant({ expiresAt });
  it('comes with its moment', () =>
    given(giftCard, mortal, delivered)
      .when(expireCard, new ExpireCard(context(expiresAt), cardId))
      .yields(at(expired, expiresAt)));
  it.each<[string, readonly GiftCardFact[], string]>([
    ['a moment too early', [mortal], '2031-11-22T11:59:59.999Z'],
    ['to a card without one', [issued], expiresAt],
    ['twice', [mortal, expired], expiresAt],
    ['to a voided card', [mortal, voided], expiresAt],
    [
      'after a top-up moved it',
      [
        mortal,
        {
          type: 'CardToppedUp',
          data: {
            cardId,
            topUpId: 't',
            amount: usd(1),
            balance: usd(5001),
            by: issued.data.by,
            why: { kind: 'api' },
            expiresAt: '2032-01-01T00:00:00.000Z',
            at: noon,
          },
        },
      ],
      expiresAt,
    ],
  ])('does not come %s', (_, history, when) =>
    given(giftCard, ...history)
      .when(expireCard, new ExpireCard(context(when), cardId))
      .yields(),
  );
  it('stays where a load says nothing of it', () =>
    expect(folded(mortal, { type: 'CardToppedUp', data: { ...toppedUp.data, expiresAt: undefined } })).toMatchObject({ expiresAt }));
  it('ends a live request with it', () => {
    const late = at(requested, '2031-11-22T11:55:00.000Z');
    const facts = expireCard(folded(mortal, delivered, late), new ExpireCard(context(expiresAt), cardId));
    expect(facts.map(({ type }) => type)).toEqual(['DeductionCancelled', 'CardExpired']);
  });
});

describe('the facts', () => {
  it('have a sample each', () => expect([...new Set(giftCardSamples.map(({ type }) => type))].sort()).toEqual([...giftCardFacts].sort()));
  it('leave a state of plain data, which memory may hold as text', () => {
    for (const sample of giftCardSamples) {
      const card = sample.type === 'CardIssued' ? folded(sample) : folded(issued, delivered, sample);
      expect(JSON.parse(JSON.stringify(card))).toStrictEqual(card);
    }
  });
  it('declare every personal value', () => {
    for (const { type, data } of giftCardSamples) {
      const text = JSON.stringify(data, (_, value: unknown) => (isPersonal(value) ? undefined : value));
      const declared = giftCardPersonal[type] ?? [];
      expect([type, JSON.stringify(data).match(/"subject":/g)?.length ?? 0]).toEqual([
        type,
        declared.filter((path) => present(data, path)).length,
      ]);
      expect(text).not.toContain('"subject":');
    }
  });
});

const isPersonal = (value: unknown): boolean => typeof value === 'object' && value !== null && 'subject' in value;
const present = (data: unknown, path: string): boolean =>
  path.split('.').reduce<unknown>((node, part) => (node as Record<string, unknown> | undefined)?.[part], data) !== undefined;

describe('what is remembered of a card', () => {
  it('begins with nothing asked, mailed or corrected', () => {
    const begun = {
      status: 'pending',
      balance: usd(5000),
      limit: usd(200_000),
      expiresAt: 'never',
      blocked: 'no',
      codeHash: 'code-hash-1',
      linkHash: 'link-hash-1',
      links: 1,
      recipient: 'known',
      corrections: 0,
      giftMail: { state: 'none' },
      giftMails: 0,
      request: { status: 'none' },
      codesAskedAt: [],
      reversed: [],
    } as const;
    given(giftCard, issued).is(begun);
    given(giftCard, scheduled).is({ ...begun, giftMail: { state: 'scheduled', dueAt: tomorrow } });
    given(giftCard, unknownRecipient).is({ ...begun, recipient: 'unknown' });
  });
  it('holds the moments of ten codes, however many were asked for', () => {
    const asked = Array.from({ length: 12 }, (_, n) => at(requested, `2026-11-22T12:${10 + n}:00.000Z`));
    expect(folded(issued, delivered, ...asked)).toMatchObject({
      codesAskedAt: asked.slice(2).map(({ data }) => data.at),
    });
  });
  it('is only its end once it has ended', () => {
    for (const end of [voided, expired])
      for (const late of [buyerMailSent, buyerMailFailed, mailFailed, delivered, deducted, toppedUp, requested, blocked, replaced])
        expect(folded(issued, delivered, end, late)).toEqual(folded(issued, delivered, end));
  });
  it('needs a card that was issued', () => {
    for (const fact of giftCardSamples.slice(1)) expect(() => folded(fact)).toThrow(`${fact.type} before CardIssued`);
    given(giftCard)
      .when(outcomeBuyer({ sent: true }), new MailBuyer(context(), cardId, 'receipt', cardId))
      .isRefused('card-unknown');
  });
});
