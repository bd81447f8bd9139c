// Guard response includes learning context
const res = await claw.guard({ action_type: 'deploy' });
console.log(res.learning);
// {
// recent_score_avg: 82,
// baseline_score_avg: 75,
// drift_status: 'stable',
// patterns: ['Deploys after 5pm have 3x higher failure rate'],
// feedback_summary: { positive: 12, negative: 2 }
// }
// Fetch consolidated lessons for an action type
const { lessons, drift_warnings } = await claw.getLessons({ actionType: 'deploy' });
lessons.forEach(l => console.log(l.guidance));
// Each lesson includes: action_type, confidence, success_rate,
// hints (risk_cap, prefer_reversible, confidence_floor, expected_duration, expected_cost),
// guidance, sample_size
