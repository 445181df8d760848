// Puts the page together: messages go into the state, the state is shown, presses become messages.

import { webSocketLink } from "./link.js";
import { start } from "./page.js";

start(webSocketLink);
