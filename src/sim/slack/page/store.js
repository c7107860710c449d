/** The client's copy of the workspace, as one person sees it. The server's stream is the only writer of the workspace's part. */
export const store = {
  ready: false,
  connected: false,
  you: '',
  team: null,
  bot: '',
  commands: [],
  people: new Map(),
  groups: new Map(),
  channels: new Map(),
  /** Channel id to messages by ts. */
  messages: new Map(),
  ephemerals: new Map(),
  views: [],
  home: null,
};

const listeners = new Set();

export const onChange = (listener) => listeners.add(listener);

let queued = false;

/** Redraws once a frame, however many changes arrive; hidden pages get no frames, so there it is a short timer. */
export function changed() {
  if (queued) return;
  queued = true;
  const draw = () => {
    queued = false;
    for (const listener of listeners) listener();
  };
  if (document.hidden) setTimeout(draw, 50);
  else requestAnimationFrame(draw);
}

const byId = (list) => new Map(list.map((one) => [one.id, one]));

function put(map, one) {
  if (!map.has(one.channel)) map.set(one.channel, new Map());
  map.get(one.channel).set(one.ts, one);
}

const arrivals = new Set();

/** Tells of messages that arrive while the page is open. */
export const onArrival = (listener) => arrivals.add(listener);

function arrived(message) {
  for (const listener of arrivals) listener(message);
}

const apply = {
  state: (state) => {
    Object.assign(store, { ready: true, you: state.you, team: state.team, bot: state.bot, commands: state.commands, home: state.home });
    Object.assign(store, { people: byId(state.people), groups: byId(state.groups), channels: byId(state.channels), views: state.views });
    store.messages = new Map();
    store.ephemerals = new Map();
    for (const message of state.messages) put(store.messages, message);
    for (const ephemeral of state.ephemerals) put(store.ephemerals, ephemeral);
  },
  message: ({ message }) => {
    const fresh = !store.messages.get(message.channel)?.has(message.ts);
    put(store.messages, message);
    if (fresh) arrived(message);
  },
  removed: ({ channel, ts }) => store.messages.get(channel)?.delete(ts),
  ephemeral: ({ ephemeral }) => {
    put(store.ephemerals, ephemeral);
    arrived({ ...ephemeral, user: ephemeral.from === 'slackbot' ? 'USLACKBOT' : store.bot, ephemeral: true });
  },
  'ephemeral-removed': ({ channel, ts }) => store.ephemerals.get(channel)?.delete(ts),
  channels: ({ channels }) => {
    store.channels = byId(channels);
  },
  people: ({ people }) => {
    store.people = byId(people);
  },
  views: ({ views }) => {
    store.views = views;
  },
  home: ({ home }) => {
    store.home = home;
  },
};

let stream = null;

/** Opens the stream of one person; the first frame is the whole state. EventSource reconnects by itself. */
export function connect(person) {
  stream?.close();
  stream = new EventSource(`/sim/stream?as=${encodeURIComponent(person)}`);
  stream.onopen = () => {
    store.connected = true;
    changed();
  };
  stream.onerror = () => {
    store.connected = false;
    changed();
  };
  stream.onmessage = (event) => {
    const frame = JSON.parse(event.data);
    apply[frame.kind]?.(frame);
    changed();
  };
}

/** Does something as the person at this client. Resolves to what came of it; `problem` says what went wrong. */
export async function act(deed) {
  try {
    const body = JSON.stringify({ as: store.you, deed });
    const response = await fetch('/sim/act', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return await response.json();
  } catch {
    return { state: 'undeliverable', problem: 'The simulated workspace does not answer. Is it still running?' };
  }
}

export const nameOf = (id) => {
  if (id === 'USLACKBOT') return 'Slackbot';
  return store.people.get(id)?.realName ?? id;
};

export const listOf = (map, channel) => [...(map.get(channel)?.values() ?? [])].sort((a, b) => (a.ts < b.ts ? -1 : 1));
