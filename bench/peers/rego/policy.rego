# The keyword rules of coldnotch 0.0.1: the same words, scores and threshold.
package gate

import rego.v1

keywords := [
	"rembours", "refund", "paiement", "payment", "virement", "transfer",
	"wire", "password", "mot de passe", "secret", "delete", "supprim",
]

block_types := {"exec_shell"}

text := lower(concat(" ", [input.summary, json.marshal(input.payload)]))

matched := [word | some word in keywords; contains(text, word)]

default risk := 0

risk := min([1, 0.4 + (0.2 * count(matched))]) if count(matched) > 0

default decision := "allow"

decision := "block" if {
	input.type in block_types
} else := "hold" if {
	risk > 0.5
}
