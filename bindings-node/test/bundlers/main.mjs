import { guard } from './guard.mjs';

guard().then((decision) => console.log(decision));
