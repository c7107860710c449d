type Part = Readonly<Record<string, unknown>>;

const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null;

/** Every text of a message that Slack reads as markup. */
export function markupOf(message: { readonly text: string; readonly blocks: readonly unknown[] }): readonly string[] {
  const found: string[] = [message.text];
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) {
      value.forEach(walk);
      return;
    }
    if (!isPart(value)) return;
    if (value['type'] === 'mrkdwn' && typeof value['text'] === 'string') found.push(value['text']);
    // Plain titles of plans and cards: whether Slack reads mentions there is not documented.
    if (typeof value['title'] === 'string') found.push(value['title'].replaceAll('&', ''));
    Object.values(value).forEach(walk);
  };
  walk(message.blocks);
  return found;
}

/** Every person mentioned by an element of a rich text. */
export function richMentions(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(richMentions);
  if (!isPart(value)) return [];
  const own = value['type'] === 'user' || value['type'] === 'usergroup' || value['type'] === 'broadcast' ? [JSON.stringify(value)] : [];
  return [...own, ...Object.values(value).flatMap(richMentions)];
}

const ours =
  /^<(?:@U0[A-Z]+|#C0[A-Z]+|!date\^\d+\^(?:\{[a-z_]+\}| |at)+\|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC|https:\/\/workspace\.example\/[^|>]+\|[^<>|]+)>/;

/** Markup sequences in a text that this bot did not make, and every bare `<`, `>` or `&`. */
export function strangeMarkup(text: string): readonly string[] {
  const strange: string[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const rest = text.slice(index, index + 2_000);
    const mark = rest[0];
    if (mark === '<') {
      const known = ours.exec(rest)?.[0];
      if (known === undefined || /U0EVIL|C0EVIL/.test(known)) strange.push(rest.slice(0, 60));
      else index += known.length - 1;
    } else if (mark === '>' || (mark === '&' && !/^&(?:amp|lt|gt);/.test(rest))) strange.push(rest.slice(0, 60));
  }
  return strange;
}
