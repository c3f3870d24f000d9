import { VARIABLES } from './config.js';

/** A setting as people may see it. */
export interface ShownSetting {
  readonly name: string;
  /** Of what is secret only that it is set; of a connection string all but the password. */
  readonly value: string;
  readonly from: 'environment' | 'default';
}

const SECRET: readonly string[] = [VARIABLES.masterKey.name, VARIABLES.token.name];
const SET = '(set)';
const UNSET = '(not set)';

function shown(name: string, value: string): string {
  if (value === '') return UNSET;
  if (SECRET.includes(name)) return SET;
  return value.replace(/\/\/[^@/]*@/, '//…@');
}

/** Every variable that Dealtrail reads and what it is here, without secrets: what a person who asks for help may send on. */
export function configurationShown(environment: Readonly<Record<string, string | undefined>>): readonly ShownSetting[] {
  return Object.values(VARIABLES).map(({ name, fallback }) => {
    const said = environment[name];
    return { name, value: shown(name, said || fallback), from: said ? 'environment' : 'default' };
  });
}
