/** When the lists have to be read again: an order changed, something filled, or the connection came back. */

/** Call `onNews` then, until the function that it returns is called. */
export function followOrders(app, onNews) {
  let wasLive = app.connection.level === "live";
  const onEvents = ({ detail }) => detail.some(({ type }) => type.startsWith("order.") || type === "trade.executed") && onNews();
  const onLevel = () => {
    const isLive = app.connection.level === "live";
    // What happened meanwhile was told to nobody here.
    if (isLive && !wasLive) onNews();
    wasLive = isLive;
  };
  app.store.addEventListener("news", onEvents);
  app.connection.addEventListener("change", onLevel);
  return () => {
    app.store.removeEventListener("news", onEvents);
    app.connection.removeEventListener("change", onLevel);
  };
}
