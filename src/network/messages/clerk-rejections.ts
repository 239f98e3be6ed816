import type { Rejections } from '../../kernel/registration';

/** How refusals about clerks and their PINs are answered. */
export const clerkRejections: Rejections = {
  'clerk-name-taken': {
    status: 409,
    en: 'Somebody here has this name already. Add an initial.',
    fr: 'Quelqu’un ici a déjà ce nom. Ajoutez une initiale.',
  },
  'clerks-full': {
    status: 409,
    en: 'A location has {most} clerks at most. Remove one first.',
    fr: 'Un commerce a au plus {most} commis. Retirez-en un d’abord.',
  },
  'clerk-pin-taken': {
    status: 409,
    en: 'This PIN can’t be used here. Choose other digits.',
    fr: 'Ce NIP ne peut pas servir ici. Choisissez d’autres chiffres.',
  },
  'clerk-pin-simple': {
    status: 422,
    en: 'This PIN is guessed first. Use digits that are neither all alike nor in a row.',
    fr: 'Ce NIP se devine en premier. Prenez des chiffres qui ne soient ni tous pareils ni à la suite.',
  },
  'clerk-pin-wrong': {
    status: 422,
    en: 'This PIN isn’t right. Try again.',
    fr: 'Ce NIP est inexact. Réessayez.',
  },
};
