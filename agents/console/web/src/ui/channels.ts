// How the channels are: looked at while somebody is there whom it concerns.

import { useEffect } from 'react';
import { create } from 'zustand';
import type { Channel, Device } from '../protocol.ts';
import { channels } from '../remote.ts';
import { moment } from '../time.ts';
import type { Speak } from '../words/index.ts';
import { useClient, useDesk } from './context.ts';

interface Seen { items: Channel[] | null; failed: boolean }
export const useChannels = create<Seen>(() => ({ items: null, failed: false }));

const every = 30_000;
let asked = 0; // a later answer counts

/** Asks for the channels now. */
export async function lookAtChannels(api: Parameters<typeof channels>[0]): Promise<void> {
  const n = ++asked;
  try {
    const { items } = await channels(api);
    if (n === asked) useChannels.setState({ items: items ?? [], failed: false });
  } catch {
    if (n === asked) useChannels.setState({ failed: true }); // what was known stays
  }
}

/** Keeps the channels known to who supervises, while the page is looked at. */
export function useFollowedChannels(): void {
  const client = useClient();
  const supervises = useDesk((s) => s.me.permissions.includes('supervise'));
  useEffect(() => {
    if (!supervises) return;
    let at = 0;
    const look = () => {
      if (document.hidden || Date.now() - at < every) return;
      at = Date.now();
      void lookAtChannels(client.api);
    };
    look();
    const t = setInterval(look, every / 6);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(t);
      document.removeEventListener('visibilitychange', look);
      asked++;
      useChannels.setState({ items: null, failed: false });
    };
  }, [client, supervises]);
}

/** Whether somebody has to do something about it. */
export const isDown = (c: Channel): boolean => !!c.device && !c.device.up && c.device.advice !== '';

export type Tone = 'good' | 'warn' | 'bad';
export function toneOf(d: Device): Tone {
  if (d.up) return 'good';
  return d.advice === '' || d.advice === 'check_network' ? 'warn' : 'bad';
}

/** How it is, in a few words: what it was when its node ended does not count. */
export function stateOf(d: Device, say: Speak): string {
  return d.advice === 'start' ? say('device.stopped') : say.maybe(`device.${d.state}`, d.state);
}

/** What to do about it; "" for nothing. */
export function adviceOf(d: Device, say: Speak): string {
  if (!d.advice) return '';
  return say.maybe(`advice.${d.advice}`, d.code, { code: d.code || '?', time: d.until ? moment(d.until, say) : '?' });
}

/** The number of a linked account: "33612345678:4@s.whatsapp.net"; undefined where the carrier does not say it. */
export const numberOf = (account: string): string | undefined => {
  const m = /^(\d+)(?::\d+)?@s\.whatsapp\.net$/.exec(account);
  return m ? `+${m[1]}` : undefined;
};

/** Whether linking a phone helps: there is none, or its link is refused. */
export const canLink = (c: Channel): boolean => ['unpaired', 'logged_out', 'disconnected', 'replaced'].includes(c.device?.state ?? '');
