/** Refusals that are shown at the field where a new password is typed. */
export const passwordFields = {
  'password-too-short': 'password',
  'password-too-long': 'password',
  'password-too-simple': 'password',
  'password-about-you': 'password',
} as const;
