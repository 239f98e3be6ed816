import {
  cardImport,
  ConfirmCardImport,
  confirmCardImport,
  DiscardCardImport,
  discardCardImport,
  IssueCardImportChunk,
  recordChunk,
  UploadCardImport,
  uploadCardImport,
  type CardImport,
  type CardImportFact,
} from '../../../src/cards/domain/card-import';
import { given } from '../../support/given';
import { cardImportSamples, context, importId, noon, usd } from '../facts';

const [uploaded, confirmed, , , discarded] = cardImportSamples as readonly [
  CardImportFact,
  CardImportFact,
  CardImportFact,
  CardImportFact,
  CardImportFact,
];
const chunk = (number: number, issued: number): CardImportFact => ({
  type: 'CardImportChunkIssued',
  data: { importId, chunk: number, issued, at: noon },
});
const completed: CardImportFact = { type: 'CardImportCompleted', data: { importId, issued: 299, at: noon } };
const confirm = (mode: 'allOrNothing' | 'validRowsOnly' = 'validRowsOnly') => new ConfirmCardImport(context(), importId, mode);
const recording = (issued: number) => (state: CardImport, command: IssueCardImportChunk) => recordChunk(state, command, issued);
const upload = new UploadCardImport(context(), importId, { rows: 300, valid: 299, chunks: 2, total: usd(1_500_000) });

it('is uploaded once', () => {
  given(cardImport).when(uploadCardImport, upload).yields(uploaded);
  given(cardImport, uploaded).when(uploadCardImport, upload).yields();
});
it('is confirmed once', () => {
  given(cardImport, uploaded).when(confirmCardImport, confirm()).yields(confirmed);
  given(cardImport, uploaded, confirmed).when(confirmCardImport, confirm()).yields();
});
it('is confirmed all or nothing when every row is good', () => {
  const clean = { ...uploaded, data: { ...uploaded.data, valid: 300 } } as CardImportFact;
  given(cardImport, clean)
    .when(confirmCardImport, confirm('allOrNothing'))
    .yields({ ...confirmed, data: { ...confirmed.data, mode: 'allOrNothing' } } as CardImportFact);
});
it('issues chunk after chunk and is done with the last', () => {
  given(cardImport, uploaded, confirmed)
    .when(recording(199), new IssueCardImportChunk(context(), importId, 0))
    .yields(chunk(0, 199));
  given(cardImport, uploaded, confirmed, chunk(0, 199))
    .when(recording(100), new IssueCardImportChunk(context(), importId, 1))
    .yields(chunk(1, 100), completed);
});
it.each<[string, number, CardImportFact[]]>([
  ['a second time', 0, [uploaded, confirmed, chunk(0, 199)]],
  ['out of turn', 1, [uploaded, confirmed]],
  ['before it is confirmed', 0, [uploaded]],
  ['after the end', 2, [uploaded, confirmed, chunk(0, 199), chunk(1, 100), completed]],
])('counts no chunk %s', (_, number, history) =>
  given(cardImport, ...history)
    .when(recording(5), new IssueCardImportChunk(context(), importId, number))
    .yields(),
);
it('is discarded', () => given(cardImport, uploaded).when(discardCardImport, new DiscardCardImport(context(), importId)).yields(discarded));
it.each<[string, string, CardImportFact[]]>([
  ['that is unknown', 'not-found', []],
  ['all or nothing with a bad row', 'import-has-errors', [uploaded]],
  ['that was discarded', 'import-closed', [uploaded, discarded]],
  ['without a good row', 'import-empty', [{ ...uploaded, data: { ...uploaded.data, valid: 0 } } as CardImportFact]],
])('is not confirmed %s', (_, code, history) =>
  given(cardImport, ...history)
    .when(confirmCardImport, confirm('allOrNothing'))
    .isRefused(code),
);
it('is not discarded once it is issuing', () =>
  given(cardImport, uploaded, confirmed).when(discardCardImport, new DiscardCardImport(context(), importId)).isRefused('import-closed'));

it('remembers how far it is', () => {
  given(cardImport, uploaded).is({ status: 'previewed', rows: 300, valid: 299, chunks: 2 });
  given(cardImport, uploaded, confirmed).is({ status: 'issuing', chunks: 2, next: 0, issued: 0 });
  given(cardImport, uploaded, confirmed, chunk(0, 199)).is({ status: 'issuing', chunks: 2, next: 1, issued: 199 });
  given(cardImport, uploaded, confirmed, chunk(0, 199), chunk(1, 100)).is({ status: 'issuing', chunks: 2, next: 2, issued: 299 });
  given(cardImport, uploaded, confirmed, chunk(0, 199), chunk(1, 100), completed).is({ status: 'completed', issued: 299 });
  given(cardImport, uploaded, discarded).is({ status: 'discarded' });
});
it('is not begun again by what is told late', () => {
  given(cardImport, uploaded, discarded, confirmed).is({ status: 'discarded' });
  given(cardImport, uploaded, discarded, chunk(0, 199)).is({ status: 'discarded' });
});
it('changes nothing when it is confirmed after its end, or discarded twice', () => {
  given(cardImport, uploaded, confirmed, chunk(0, 199), chunk(1, 100), completed).when(confirmCardImport, confirm()).yields();
  given(cardImport, uploaded, discarded).when(discardCardImport, new DiscardCardImport(context(), importId)).yields();
});
it('says how many rows are bad, and what became of it', () => {
  given(cardImport, uploaded).when(confirmCardImport, confirm('allOrNothing')).isRefused('import-has-errors', { rows: 300, invalid: 1 });
  given(cardImport, uploaded, discarded).when(confirmCardImport, confirm()).isRefused('import-closed', { status: 'discarded' });
});
