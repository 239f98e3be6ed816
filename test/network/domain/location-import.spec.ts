import { importTheNextChunkOfLocations, sendTheActivationMailsOfAnImport } from '../../../src/network/policies/import-locations';
import * as decide from '../../../src/network/domain/location-import';
import { foldLocationImport } from '../../../src/network/read-models/location-imports';
import { given } from '../../support/given';

const at = '2026-11-22T09:00:00.000Z';
const by = { kind: 'employee', id: 'emp_1' } as const;
const context = { network: 'net_1', actor: by, commandId: 'cmd_1', at, correlation: 'test' };
const importId = 'imp_1';
const counts = (created: number, refused = 0) => ({ created, changed: 0, same: 0, refused });
const uploaded = { type: 'LocationImportUploaded', data: { importId, network: 'net_1', rows: 300, chunks: 2, by, at } } as const;
const matched = (round: number) =>
  ({ type: 'LocationImportMatched', data: { importId, round, columns: ['reference', 'name', 'email'], by, at } }) as const;
const checked = (round: number, refused = 0) =>
  ({ type: 'LocationImportChecked', data: { importId, round, counts: counts(300 - refused, refused), at } }) as const;
const confirmed = { type: 'LocationImportConfirmed', data: { importId, mode: 'validRowsOnly', by, at } } as const;
const done = (chunk: number, rows: number) =>
  ({ type: 'LocationImportChunkDone', data: { importId, chunk, counts: counts(rows), at } }) as const;
const completed = { type: 'LocationImportCompleted', data: { importId, counts: counts(300), at } } as const;
const asked = { type: 'LocationImportActivationsAsked', data: { importId, by, at } } as const;
const sent = (chunk: number, last: boolean) =>
  ({ type: 'LocationImportActivationsSent', data: { importId, chunk, sent: 5, last, at } }) as const;
const command = { context, importId };
const on = (...facts: decide.LocationImportFact[]) => given(decide.locationImport, ...facts);
const match = { ...command, columns: ['reference', 'name', 'email'] as const };

describe('An import of locations', () => {
  it('is uploaded once', () => {
    on()
      .when(decide.uploadLocationImport, { ...command, file: { rows: 300, chunks: 2 } })
      .yields(uploaded);
    on(uploaded)
      .when(decide.uploadLocationImport, { ...command, file: { rows: 300, chunks: 2 } })
      .yields();
  });
  it('is matched, again and again until it is confirmed; only the last check counts', () => {
    on(uploaded).when(decide.matchLocationColumns, match).yields(matched(1));
    on(uploaded, matched(1), checked(1)).when(decide.matchLocationColumns, match).yields(matched(2));
    on(uploaded, matched(1), matched(2))
      .when((state: decide.LocationImport) => decide.recordCheck(state, { ...command, round: 1 }, counts(300)), undefined as never)
      .yields();
    on(uploaded, matched(1), matched(2))
      .when((state: decide.LocationImport) => decide.recordCheck(state, { ...command, round: 2 }, counts(300)), undefined as never)
      .yields(checked(2));
  });
  it('is brought in chunk by chunk, each counted once', () => {
    const imported = (chunk: number, rows: number) => (state: decide.LocationImport) =>
      decide.recordImported(state, { ...command, chunk }, counts(rows));
    on(uploaded, matched(1), checked(1))
      .when(decide.confirmLocationImport, { ...command, mode: 'validRowsOnly' })
      .yields(confirmed);
    on(uploaded, matched(1), checked(1), confirmed)
      .when(decide.confirmLocationImport, { ...command, mode: 'validRowsOnly' })
      .yields();
    on(uploaded, matched(1), checked(1), confirmed)
      .when(imported(0, 250), undefined as never)
      .yields(done(0, 250));
    on(uploaded, matched(1), checked(1), confirmed, done(0, 250))
      .when(imported(0, 250), undefined as never)
      .yields();
    on(uploaded, matched(1), checked(1), confirmed, done(0, 250))
      .when(imported(1, 50), undefined as never)
      .yields(done(1, 50), completed);
  });
  it('has its mails sent chunk by chunk, and again when somebody asks again', () => {
    const all = [uploaded, matched(1), checked(1), confirmed, done(0, 250), done(1, 50), completed] as const;
    on(...all)
      .when(decide.askForActivations, command)
      .yields(asked);
    on(...all, asked)
      .when(decide.askForActivations, command)
      .yields();
    on(...all, asked, sent(0, false))
      .when((state: decide.LocationImport) => decide.recordActivations(state, { ...command, chunk: 1 }, 5), undefined as never)
      .yields(sent(1, true));
    on(...all, asked, sent(0, false), sent(1, true))
      .when(decide.askForActivations, command)
      .yields(asked);
  });
  it('is discarded before it is confirmed', () => {
    const discarded = { type: 'LocationImportDiscarded', data: { importId, by, at } } as const;
    on(uploaded, matched(1)).when(decide.discardLocationImport, command).yields(discarded);
    on(uploaded, discarded).when(decide.discardLocationImport, command).yields();
  });

  it.each([
    ['matched before it is there', decide.matchLocationColumns, match, [], 'not-found'],
    [
      'matched without a needed column',
      decide.matchLocationColumns,
      { ...match, columns: ['reference', 'name', null] },
      [uploaded],
      'locations-column-missing',
    ],
    [
      'matched with a column twice',
      decide.matchLocationColumns,
      { ...match, columns: ['name', 'name', 'email'] },
      [uploaded],
      'locations-column-twice',
    ],
    [
      'confirmed before it is matched',
      decide.confirmLocationImport,
      { ...command, mode: 'allOrNothing' },
      [uploaded],
      'import-not-matched',
    ],
    [
      'confirmed before it is checked',
      decide.confirmLocationImport,
      { ...command, mode: 'allOrNothing' },
      [uploaded, matched(1)],
      'import-not-checked',
    ],
    [
      'confirmed whole with a refused row',
      decide.confirmLocationImport,
      { ...command, mode: 'allOrNothing' },
      [uploaded, matched(1), checked(1, 1)],
      'import-has-errors',
    ],
    [
      'confirmed with nothing but refused rows',
      decide.confirmLocationImport,
      { ...command, mode: 'validRowsOnly' },
      [uploaded, matched(1), checked(1, 300)],
      'import-empty',
    ],
    ['matched when it is confirmed', decide.matchLocationColumns, match, [uploaded, matched(1), checked(1), confirmed], 'import-closed'],
    [
      'discarded when it is confirmed',
      decide.discardLocationImport,
      command,
      [uploaded, matched(1), checked(1), confirmed],
      'import-closed',
    ],
    ['mailed before it is done', decide.askForActivations, command, [uploaded, matched(1), checked(1), confirmed], 'import-not-done'],
  ] as const)('is not %s', (_, decision, what, history, code) =>
    on(...(history as unknown as never[]))
      .when(decision as never, what as never)
      .isRefused(code),
  );
});

it('policies go on with the next chunk, until the mails are out', () => {
  const cause = { metadata: {} as never, context: () => context };
  expect(importTheNextChunkOfLocations.on.LocationImportChunkDone(done(0, 1).data, cause)).toEqual([
    new decide.ImportLocationChunk(context, importId, 1),
  ]);
  expect(sendTheActivationMailsOfAnImport.on.LocationImportActivationsSent(sent(0, false).data, cause)).toEqual([
    new decide.SendImportActivations(context, importId, 1),
  ]);
  expect(sendTheActivationMailsOfAnImport.on.LocationImportActivationsSent(sent(1, true).data, cause)).toEqual([]);
});

it('its page is folded from its own facts', () => {
  const metadata = { network: 'net_1' } as never;
  const history = [uploaded, matched(1), checked(1), confirmed, done(0, 250), done(1, 50), completed, asked, sent(0, false), sent(1, true)];
  expect(foldLocationImport(history.map((fact) => ({ fact, metadata })))).toMatchObject({
    status: 'completed',
    found: counts(300),
    done: counts(300),
    mails: 'sent',
    mailsSent: 10,
  });
});
