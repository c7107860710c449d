export type Token =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bold' | 'italic' | 'strike' | 'code'; readonly children: readonly Token[] }
  | { readonly kind: 'user' | 'channel' | 'group'; readonly id: string; readonly label: string }
  | { readonly kind: 'broadcast'; readonly range: string }
  | { readonly kind: 'emoji'; readonly name: string }
  | { readonly kind: 'link'; readonly url: string; readonly label: string }
  | { readonly kind: 'date'; readonly seconds: number; readonly format: string; readonly url: string | null; readonly fallback: string };

export interface MrkdwnBlock {
  readonly kind: 'paragraph' | 'quote' | 'pre';
  readonly children: readonly Token[];
}

export function unescapeText(text: string): string;
export function isSafeUrl(url: string): boolean;
export function inline(text: string): readonly Token[];
export function parseMrkdwn(text: string): readonly MrkdwnBlock[];
