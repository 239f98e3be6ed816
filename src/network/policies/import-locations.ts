import type { Policy } from '../../kernel/event-sourcing';
import {
  CheckLocationImport,
  ImportLocationChunk,
  SendImportActivations,
  type LocationImportActivationsAsked,
  type LocationImportActivationsSent,
  type LocationImportChunkDone,
  type LocationImportConfirmed,
  type LocationImportMatched,
} from '../domain/location-import';

export const checkTheRowsWhenColumnsAreMatched: Policy<LocationImportMatched> = {
  name: 'check-the-rows-when-columns-are-matched',
  on: { LocationImportMatched: ({ importId, round }, cause) => [new CheckLocationImport(cause.context(), importId, round)] },
};

/** One chunk after the other, each by the fact that the one before is done; the handler knows when none is left. */
export const importTheNextChunkOfLocations: Policy<LocationImportConfirmed | LocationImportChunkDone> = {
  name: 'import-the-next-chunk-of-locations',
  on: {
    LocationImportConfirmed: ({ importId }, cause) => [new ImportLocationChunk(cause.context(), importId, 0)],
    LocationImportChunkDone: ({ importId, chunk }, cause) => [new ImportLocationChunk(cause.context(), importId, chunk + 1)],
  },
};

export const sendTheActivationMailsOfAnImport: Policy<LocationImportActivationsAsked | LocationImportActivationsSent> = {
  name: 'send-the-activation-mails-of-an-import',
  on: {
    LocationImportActivationsAsked: ({ importId }, cause) => [new SendImportActivations(cause.context(), importId, 0)],
    LocationImportActivationsSent: ({ importId, chunk, last }, cause) =>
      last ? [] : [new SendImportActivations(cause.context(), importId, chunk + 1)],
  },
};
