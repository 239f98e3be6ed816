import type { Messages } from '../../kernel/registration';

/** What a network settles about redemptions. */
export const redemption: Messages = {
  en: {
    'network.settings.redemption': 'Redemption',
    'network.settings.notices': 'Tell these addresses of redeemed items',
    'network.settings.notices-hint': 'One a line. They get a mail at every redemption of items, with what was chosen.',
    'network.settings.clerk': 'At the counter, ask for',
    'network.clerk.none': 'Nobody’s name',
    'network.clerk.name': 'The clerk’s name',
    'network.field.notice-emails-wrong': 'Enter e-mail addresses, one a line, such as orders@example.com.',
  },
  fr: {
    'network.settings.redemption': 'Échange',
    'network.settings.notices': 'Aviser ces adresses des articles échangés',
    'network.settings.notices-hint': 'Une par ligne. Elles reçoivent un courriel à chaque échange d’articles, avec ce qui a été choisi.',
    'network.settings.clerk': 'Au comptoir, demander',
    'network.clerk.none': 'Aucun nom',
    'network.clerk.name': 'Le nom du commis',
    'network.field.notice-emails-wrong': 'Entrez des adresses courriel, une par ligne, comme commandes@example.com.',
  },
};
