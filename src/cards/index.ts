/** The cards module's door. */
export { CardsModule } from './cards.module';
export {
  CardsFacade,
  type CardAtCounter,
  type CardOrder,
  type CardStanding,
  type CardTotals,
  type CounterMovement,
  type IssuedCard,
  type PresentedCard,
  type TopUpOrder,
} from './cards.facade';
export type { DayOfCards } from './read-models/card-figures';
export type * from './domain/gift-card.facts';
export type { CardImportFact } from './domain/card-import';
