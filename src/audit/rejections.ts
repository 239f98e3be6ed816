import type { Rejections } from '../kernel/registration';

export const rejections: Rejections = {
  'log-restored': {
    status: 410,
    en: 'The log was restored since. Begin again with `since`, the time of the last event you have.',
    fr: 'Le journal a été restauré depuis. Recommencez avec `since`, l’heure de votre dernier événement.',
  },
  'revision-unknown': { status: 404, en: 'The stream has no event {revision}.', fr: 'Le flux n’a pas d’événement {revision}.' },
};
