// The sound, and the one tab that makes it: the one that was looked at last.

const name = 'causette.alerts';

export class Ringer {
  leads = false;
  private sound: AudioContext | undefined;
  private release: () => void = () => {};
  private readonly wake = () => void this.unlock();
  private readonly lead = () => this.take(true);

  start() {
    addEventListener('focus', this.lead);
    addEventListener('pointerdown', this.wake, { once: true });
    addEventListener('keydown', this.wake, { once: true });
    this.take(document.hasFocus());
  }

  stop() {
    removeEventListener('focus', this.lead);
    removeEventListener('pointerdown', this.wake);
    removeEventListener('keydown', this.wake);
    this.release();
    void this.sound?.close();
    this.sound = undefined;
  }

  /** A browser makes no sound before somebody touched the page. */
  private unlock() {
    try {
      this.sound ??= new AudioContext();
      return this.sound.resume();
    } catch { /* this machine has no sound */ }
  }

  private take(steal: boolean) {
    if (this.leads) return;
    if (!navigator.locks) { // not over https: each tab for itself
      this.leads = true;
      return;
    }
    navigator.locks.request(name, { steal }, () => {
      this.leads = true;
      return new Promise<void>((done) => { this.release = done; });
    }).catch(() => {}).finally(() => { this.leads = false; });
  }

  /** Two soft notes, rising for an offer. */
  ring(offer: boolean) {
    const s = this.sound;
    if (!this.leads || s?.state !== 'running') return;
    (offer ? [660, 880, 990] : [740, 620]).forEach((pitch, i) => {
      const at = s.currentTime + i * 0.13;
      const tone = s.createOscillator(), loud = s.createGain();
      tone.frequency.value = pitch;
      loud.gain.setValueAtTime(0, at);
      loud.gain.linearRampToValueAtTime(0.12, at + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.001, at + 0.28);
      tone.connect(loud).connect(s.destination);
      tone.start(at);
      tone.stop(at + 0.3);
    });
  }
}
