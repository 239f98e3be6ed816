import type { Cause, FactMetadata } from '../../../src/kernel/event-sourcing';
import { IssueCardImportChunk } from '../../../src/cards/domain/card-import';
import { MailBuyer, MailGift } from '../../../src/cards/domain/delivery';
import { issueTheNextChunk } from '../../../src/cards/policies/issue-the-next-chunk';
import { mailTheCode, mailTheDeduction, mailTheReceipt } from '../../../src/cards/policies/mail-the-buyer';
import { mailTheGift } from '../../../src/cards/policies/mail-the-gift';
import { cardId, context, deducted, deductedByCode, importId, issued, mailRequested, noon, requested } from '../facts';

const derived = context();
const cause: Cause = { metadata: {} as FactMetadata, context: () => derived };

it('mails the gift that is asked for', () =>
  expect(mailTheGift.on.GiftMailRequested(mailRequested.data, cause)).toEqual([new MailGift(derived, cardId, 1)]));
it('mails a receipt', () =>
  expect(mailTheReceipt.on.CardIssued(issued.data, cause)).toEqual([new MailBuyer(derived, cardId, 'receipt', cardId)]));
it('mails no receipt for an imported card', () =>
  expect(mailTheReceipt.on.CardIssued({ ...issued.data, source: { kind: 'import', importId, line: 2 } }, cause)).toEqual([]));
it('mails the code', () =>
  expect(mailTheCode.on.DeductionRequested(requested.data, cause)).toEqual([new MailBuyer(derived, cardId, 'deduction-code', 'ded_2')]));
it('tells the buyer of a deduction by code', () =>
  expect(mailTheDeduction.on.FundsDeducted(deductedByCode.data, cause)).toEqual([
    new MailBuyer(derived, cardId, 'funds-deducted', 'ded_2'),
  ]));
it('is silent about a direct deduction', () => expect(mailTheDeduction.on.FundsDeducted(deducted.data, cause)).toEqual([]));
it('issues chunk after chunk', () => {
  expect(issueTheNextChunk.on.CardImportConfirmed({ importId, mode: 'allOrNothing', by: derived.actor, at: noon }, cause)).toEqual([
    new IssueCardImportChunk(derived, importId, 0),
  ]);
  expect(issueTheNextChunk.on.CardImportChunkIssued({ importId, chunk: 4, issued: 200, at: noon }, cause)).toEqual([
    new IssueCardImportChunk(derived, importId, 5),
  ]);
});
