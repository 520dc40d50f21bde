/** Hosts as people type them. */

const SCHEME = /^(?:[a-z][a-z\d+.-]*:)?\/\//;
const HOST = /^(?:\*\.)?[\p{L}\p{M}\d-]+(?:\.[\p{L}\p{M}\d-]+)*$/u;

/** Why a text can't be asked for as a host: what has slashes does not fit into the path of a request. Empty where it can. */
export function hostProblem(typed: string): string {
  if (!/[/\\]/.test(typed)) return '';
  const [meant = ''] = typed.toLowerCase().replace(SCHEME, '').split(/[/\\:?#]/);
  return HOST.test(meant) ? `Type “${meant}”, without scheme, port and path.` : `“${typed}” is not a host name such as shop.example.`;
}
