import type { Projection, WakeUp, WakeUpDocument } from '../../kernel/event-sourcing';
import type { PosConnected, PosDisconnected } from '../../network';
import { CatchUpTill } from '../domain/catch-up';

/** Tills whose maker can be asked. Nothing is written when there is nothing new, so the wake-up comes again, every ten minutes at last. */
const tillsToCatchUp: Projection<WakeUpDocument, PosConnected | PosDisconnected, 'PosConnected'> = {
  name: 'tills-to-catch-up',
  version: 1,
  keys: ({ connectionId }) => [connectionId],
  indexes: [['dueAt']],
  begins: { PosConnected: ({ kind, token, at }, { network }) => (kind === 'generic' || !token ? null : { dueAt: at, network }) },
  on: { PosDisconnected: () => null },
};

export const catchUpWithTheTill: WakeUp = {
  projection: tillsToCatchUp,
  command: (_doc, tillId, context) => new CatchUpTill(context, tillId),
};
