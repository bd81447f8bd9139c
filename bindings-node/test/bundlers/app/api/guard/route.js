import { guard } from '../../../guard.mjs';

export const dynamic = 'force-dynamic';

export async function GET() {
  return Response.json({ decision: await guard() });
}
