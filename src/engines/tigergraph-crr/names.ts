/** Names that TigerGraph and its shell tools take without quoting. Anything else is refused before it is sent. */
export const isTag = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/.test(text);

/** `m1`, `m2`, …: how a cluster calls its own nodes. */
export const isNodeId = (text: string): boolean => /^m[1-9]\d{0,3}$/.test(text);

/** A host name or an IP address. */
export const isHostName = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9.:_-]{0,252}$/.test(text);

/** Empty on a cluster that was never a standby; one `Primary` more with every time that it became one. */
export const isPrefix = (text: string): boolean => text === '' || /^Primary(\.Primary)*$/.test(text);

/** The prefix that whoever follows a cluster needs. */
export const prefixBehind = (prefix: string): string => (prefix === '' ? 'Primary' : `${prefix}.Primary`);

/** Links of a prefix: 0 for none. */
export const depthOf = (prefix: string): number => (prefix === '' ? 0 : prefix.split('.').length);

/** 127.0.0.0/8, `localhost` and `::1`: addresses that mean another machine to whoever uses them elsewhere. */
export const isLoopback = (host: string): boolean => /^(127\.|localhost(\.|$)|::1$|0\.0\.0\.0$)/i.test(host);

/**
 * A standby that is taken out of the replication for good or for an upgrade gets this port to fetch from, where nothing listens; a promoted
 * one keeps its own, or has none where the vendor's failover up to 3.4 was followed. It does nothing on a side that follows nobody.
 */
export const takenOutPort = 1;
