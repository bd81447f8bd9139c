import { guard } from '../../../guard.mjs';

export const runtime = 'edge';

export async function GET() {
  return Response.json({ decision: await guard() });
}
