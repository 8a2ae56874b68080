// Holds payments to accounts in countries one does not pay to.

#include "coldnotch.h"

static text_t countries; // as it is written in the settings: "DE FR"

bool exports_coldnotch_policy_scorer_validate_settings(plugin_string_t *settings, plugin_list_string_t *err) {
  static text_t missing = TEXT("`countries` is missing: give them as \"DE FR\"");
  if (json_member(*settings, TEXT("countries"), &countries) && countries.ptr[0] == '"') return true;
  *err = (plugin_list_string_t){&missing, 1};
  return false;
}

static bool known(text_t country) {
  for (size_t at = 1; at + 2 < countries.len; at += 3)
    if (text_is((text_t){countries.ptr + at, 2}, country)) return true;
  return false;
}

bool exports_coldnotch_policy_scorer_score(exports_coldnotch_policy_scorer_action_t *action,
                                           exports_coldnotch_policy_scorer_borrow_session_t history,
                                           exports_coldnotch_policy_scorer_notes_t *notes,
                                           exports_coldnotch_policy_scorer_assessment_t *ret,
                                           exports_coldnotch_policy_scorer_score_error_t *err) {
  text_t iban;
  *ret = (exports_coldnotch_policy_scorer_assessment_t){0}; // no verdict: an abstention
  if (!json_member(action->payload, TEXT("iban"), &iban) || iban.len < 4) return true;
  text_t country = {iban.ptr + 1, 2};
  if (known(country)) return true;
  ret->risk = 0.7;
  ret->verdict.is_some = true;
  ret->verdict.val = COLDNOTCH_POLICY_TYPES_VERDICT_HOLD;
  text_t message = JOIN(TEXT("the account is in "), country, TEXT(", and not in "), countries);
  ret->reasons = reason(TEXT("unknown-country"), message, TEXT("payload.iban"), country);
  return true;
}
