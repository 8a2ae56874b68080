// Holds amounts over a limit.

#include "coldnotch.h"

static text_t limit;
static double limit_value;

// Called once, when the plugin is loaded: later calls start from what it leaves.
bool exports_coldnotch_policy_scorer_validate_settings(plugin_string_t *settings, plugin_list_string_t *err) {
  static text_t missing = TEXT("`limit` is missing: give a number");
  if (json_member(*settings, TEXT("limit"), &limit) && json_number(limit, &limit_value)) return true;
  *err = (plugin_list_string_t){&missing, 1};
  return false;
}

bool exports_coldnotch_policy_scorer_score(exports_coldnotch_policy_scorer_action_t *action,
                                           exports_coldnotch_policy_scorer_borrow_session_t history,
                                           exports_coldnotch_policy_scorer_notes_t *notes,
                                           exports_coldnotch_policy_scorer_assessment_t *ret,
                                           exports_coldnotch_policy_scorer_score_error_t *err) {
  text_t amount;
  double value;
  *ret = (exports_coldnotch_policy_scorer_assessment_t){0}; // no verdict: an abstention
  if (!json_member(action->payload, TEXT("amount"), &amount) || !json_number(amount, &value)) return true;
  if (value <= limit_value) return true;
  ret->risk = 0.8;
  ret->verdict.is_some = true;
  ret->verdict.val = COLDNOTCH_POLICY_TYPES_VERDICT_HOLD;
  text_t message = JOIN(amount, TEXT(" is over the limit of "), limit);
  ret->reasons = reason(TEXT("over-limit"), message, TEXT("payload.amount"), amount);
  return true;
}
