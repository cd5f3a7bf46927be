// Starts every behaviour of the team's pages: named in data-behaviour, on load and after each swap.
import { start } from "./start.js";
import "./tick.js";
import "./busy.js";
import "./redraw.js";
import "./again.js";
import "./focus.js";
import "./keys.js"; // after focus.js
import "./fresh.js";
import attach from "./attach.js";
import board from "./board.js";
import carry from "./carry.js";
import dialog from "./dialog.js";
import drag from "./drag.js";
import focus from "./errors.js";
import lift from "./lift.js";
import listen from "./listkeys.js";
import mention from "./mention.js";
import menu from "./menu.js";
import palette from "./palette.js";
import print from "./print.js";
import savekey from "./savekey.js";
import select from "./select.js";
import sort from "./sort.js";
import toast from "./toast.js";
import typed from "./typed.js";
import widths from "./widths.js";
import copy from "./copy.js";

start({ attach, board, carry, copy, dialog, drag, focus, lift, list: listen, mention, menu, palette, print, savekey, select, sort, toast, typed, widths });
