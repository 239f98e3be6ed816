/**
 * A refusal by a rule of the domain: a kebab-case word and the figures that its sentence needs.
 * One table (platform/web/rejections.ts and the modules' own) gives its HTTP status and its sentence in both languages.
 */
export class Rejection extends Error {
  constructor(
    readonly code: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(code);
    this.name = 'Rejection';
  }
}
