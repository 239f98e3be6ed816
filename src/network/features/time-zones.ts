/** Zones of the United States and Canada, west to east: where networks are to begin with. */
export const timeZones: readonly string[] = [
  'Pacific/Honolulu', 'America/Anchorage', 'America/Los_Angeles', 'America/Vancouver', 'America/Phoenix', 'America/Denver', 'America/Edmonton', 'America/Regina', 'America/Chicago',
  'America/Winnipeg', 'America/New_York', 'America/Detroit', 'America/Toronto', 'America/Puerto_Rico', 'America/Halifax', 'America/Moncton', 'America/St_Johns',
];
