import { quoteCypherName } from '../../transports/cypher-quoting.ts';

/** Whether a command of SHOW PRIVILEGES AS COMMANDS is about one database. Servers quote only names that need it. Pure. */
export const isOn = (command: string, database: string): boolean =>
  command.includes(` ${quoteCypherName(database)} `) || command.includes(` ${database} `);
