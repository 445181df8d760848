// An exported lesson begins: the page of the bedside, and a grid of courses in place of a server.

import { start } from "../../bedside/page/page.js";
import { gridLink } from "./grid.js";

start(gridLink(JSON.parse(document.getElementById("grid").textContent)), { offline: true });
