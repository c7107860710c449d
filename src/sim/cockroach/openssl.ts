import type { ProductAnswer, ProductCall } from '../hosts/contract.ts';

/** A server that the nodes can try to reach. */
interface TlsServer {
  /** `host:port`, as the nodes spell it. */
  readonly address: string;
  /** PEM of the authority that signed what it shows. */
  readonly authority: string;
  answers(): boolean;
}

const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;
const failure = (...said: readonly string[]): ProductAnswer => ({ exitCode: 1, stderr: lines(...said) });

const verified = (code: string): string => lines('CONNECTED(00000003)', '---', `Verify return code: ${code}`, '---');

/** What follows a flag; null when it is not given. */
const flagValue = (argv: readonly string[], flag: string): string | null => {
  const at = argv.indexOf(flag);
  return at < 0 ? null : (argv[at + 1] ?? '');
};

const known = ['-starttls', '-connect', '-CAfile', '-verify_hostname', '-verify_ip', '-verify_return_error'];

/** `openssl s_client -starttls postgres`, as OpenSSL 3 answers it on a node that reaches these servers. */
export const createOpenssl =
  (servers: readonly TlsServer[]) =>
  (call: ProductCall): ProductAnswer => {
    const { argv } = call;
    const stranger = argv.slice(1).find((word) => word.startsWith('-') && !known.includes(word));
    if (argv[0] !== 's_client') return failure(`Invalid command '${argv[0] ?? ''}'; type "help" for a list.`);
    if (stranger !== undefined) return failure(`s_client: Unknown option: ${stranger}`, 's_client: Use -help for summary.');
    if (flagValue(argv, '-starttls') !== 'postgres') return failure('s_client: only -starttls postgres is simulated');
    const path = flagValue(argv, '-CAfile');
    const trusted = path === null ? '' : trustedBy(call, path);
    if (trusted === null) return failure(`error:80000002:system library:BIO_new_file:No such file or directory:calling fopen(${path}, r)`);
    return connect(argv, servers, trusted);
  };

/** Null when there is no such file. */
function trustedBy({ files, stdin }: ProductCall, path: string): string | null {
  if (path === '/dev/stdin') return stdin;
  return files.exists(path) ? files.read(path) : null;
}

function connect(argv: readonly string[], servers: readonly TlsServer[], trusted: string): ProductAnswer {
  const address = flagValue(argv, '-connect') ?? '';
  const server = servers.find((one) => one.address === address);
  if (server === undefined)
    return failure('error:10080002:BIO routines:BIO_lookup_ex:system lib:Name or service not known', 'connect:errno=22');
  if (!server.answers())
    return failure('error:8000006F:system library:BIO_connect:Connection refused:calling connect()', 'connect:errno=111');
  const host = address.replace(/:\d+$/, '');
  const wanted = flagValue(argv, '-verify_hostname') ?? flagValue(argv, '-verify_ip') ?? host;
  const trouble = !trusted.includes(server.authority.trim())
    ? (['20', 'unable to get local issuer certificate'] as const)
    : wanted === host
      ? null
      : (['62', 'hostname mismatch'] as const);
  if (trouble === null) return { exitCode: 0, stdout: verified('0 (ok)'), stderr: lines('verify return:1', 'DONE') };
  const [code, why] = trouble;
  const isStrict = argv.includes('-verify_return_error');
  return { exitCode: isStrict ? 1 : 0, stdout: verified(`${code} (${why})`), stderr: lines(`verify error:num=${code}:${why}`) };
}
