/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment of this process. The one place where it is read. */
export const readEnvironment = (): Environment => ({ ...process.env });

/** A variable's value; null when it is not set or empty. */
export function variable(env: Environment, name: string): string | null {
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  return value === undefined || value === '' ? null : value;
}

/** The path of the config file: `REPLOPS_CONFIG`, else `replops.yaml` in the working directory. */
export const configPath = (env: Environment): string => variable(env, 'REPLOPS_CONFIG') ?? 'replops.yaml';
