/** What processors need of a logger; pino's is one. Details never hold personal data or secrets. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}
