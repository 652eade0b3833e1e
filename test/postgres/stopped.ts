/** What the process that is stopped and the one that looks at it have alike. */
export const migrations = [{ number: 1, name: '0001-note', sql: 'CREATE TABLE note (body TEXT NOT NULL)' }]
export const stalledMs = 1500
