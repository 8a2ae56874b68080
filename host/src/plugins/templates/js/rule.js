// Holds amounts over a limit.

let limit;

export const scorer = {
  // Called once, when the plugin is loaded: later calls start from what it leaves.
  validateSettings(settings) {
    limit = JSON.parse(settings).limit;
    if (typeof limit !== "number") throw ["`limit` is missing: give a number"];
  },

  // No verdict: an abstention, the operator's threshold judges the risk.
  score(action, history, notes) {
    const { amount } = JSON.parse(action.payload);
    if (typeof amount !== "number" || amount <= limit) {
      return { risk: 0, reasons: [], labels: [] };
    }
    return {
      risk: 0.8,
      verdict: "hold",
      reasons: [
        {
          code: "over-limit",
          message: `${amount} is over the limit of ${limit}`,
          evidence: [{ path: "payload.amount", text: `${amount}` }],
        },
      ],
      labels: [],
    };
  },
};
