/** The live feed: a snapshot on connecting, numbered updates after it, a heartbeat every two seconds. Reads only. */

import { io } from "../vendor/socket.io.esm.min.js";
import { HEARTBEAT, RESYNC, SNAPSHOT, UPDATE } from "./protocol.js";

const ASK_AGAIN_MS = 5000;
const OPTIONS = {
  autoConnect: false,
  transports: ["websocket", "polling"],
  tryAllTransports: true,
  // Live again within two seconds once the server is back; it is our own machine, and one try costs it little.
  reconnectionDelay: 500,
  reconnectionDelayMax: 1000,
  randomizationFactor: 0.3,
  timeout: 5000,
};

export class Feed {
  #socket = io(OPTIONS);
  #store;
  #connection;
  #askedAt = null;

  /** onRefused: called when the server does not let the socket in; it may be the session that ended. */
  constructor(store, connection, onRefused) {
    this.#store = store;
    this.#connection = connection;
    this.#socket.on(SNAPSHOT, (message) => this.#onSnapshot(message));
    this.#socket.on(UPDATE, (message) => this.#onUpdate(message));
    this.#socket.on(HEARTBEAT, (message) => this.#onHeartbeat(message));
    this.#socket.on("connect_error", onRefused);
    this.#socket.on("disconnect", (reason) => this.#onDisconnect(reason, onRefused));
  }

  /** Connect, and stay connected. */
  open() {
    if (!this.#socket.active) this.#socket.connect();
  }

  /** Say whether it is connected, or tries to be. */
  get isOpen() {
    return this.#socket.active;
  }

  /** Hang up, as without a session. */
  close() {
    this.#socket.disconnect();
  }

  #onSnapshot(message) {
    this.#askedAt = null;
    this.#connection.heard();
    this.#store.take(message);
  }

  #onUpdate(message) {
    this.#connection.heard();
    if (this.#askedAt === null && !this.#store.apply(message)) this.#resync();
  }

  #onHeartbeat(message) {
    this.#connection.heard();
    const isAnswerLate = this.#askedAt !== null && performance.now() - this.#askedAt > ASK_AGAIN_MS;
    if (isAnswerLate || (this.#askedAt === null && !this.#store.isComplete(message))) this.#resync();
  }

  #resync() {
    this.#askedAt = performance.now();
    this.#socket.emit(RESYNC);
  }

  #onDisconnect(reason, onRefused) {
    this.#askedAt = null;
    this.#connection.lost();
    // The library reconnects by itself except when the server hung up: then the session may have ended.
    if (reason === "io server disconnect") onRefused();
  }
}
