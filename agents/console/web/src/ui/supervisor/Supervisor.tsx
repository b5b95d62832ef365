import type { Place } from '../context.ts';
export default function Supervisor(_: { place: Place }) { return null; }
