// The script of a prospect's pages. They work without it.
import { start } from "./start.js";
import "./choose.js";
import copy from "./copy.js";
import frame from "./frame.js";
import focus from "./errors.js";
import print from "./print.js";

start({ copy, focus, frame, print });
for (const button of document.querySelectorAll("button[data-print]")) print(button);
