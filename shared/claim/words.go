package claim

import (
	"strings"
)

// Words says what the code of a reason means, in a few plain words, for people who read
// counts of reasons. It is empty for a code that it does not know. A reason of a single
// send has its own sentence ([Reason].Text).
func Words(code string) string {
	if said, ok := words[code]; ok {
		return said
	}
	kind, name, of := strings.Cut(code, ":")
	said := words[kind+":"]
	if !of || said == "" {
		return ""
	}
	return strings.ReplaceAll(said, "NAME", name)
}

var words = map[string]string{
	"address-unwritable": "SES cannot write to the address, because of its form",
	"already-shown":      "the customer was shown the product by another message",
	"bought-since":       "the customer has bought the product since",
	"breaker:":           "a circuit breaker stopped messages (NAME)",
	"campaign-cancelled": "a person cancelled the campaign",
	"campaign-changed":   "another version of the campaign was published",
	"campaign-gone":      "the campaign is not published any more",
	"campaign-paused":    "a person paused the campaign",
	"cap-zero":           "a frequency cap allows no such message",
	"cap:":               "the frequency cap NAME is full",
	"cart-emptied":       "the cart was emptied",
	"cart-gone":          "the customer went on to another cart",
	"cart-ordered":       "the cart became an order",
	"condition-over":     "the condition of the run does not hold any more",
	"day-over":           "the customer's own day is over, or is another day",
	"erased":             "the customer was erased",
	"gap":                "too soon after the customer's last message",
	"global-holdout":     "in the shop's holdout: no promotions at all",
	"holdout":            "in the campaign's holdout",
	"if-over":            "the campaign's if does not hold any more",
	"journey-exit":       "the customer left the journey (unless)",
	"journey-goal":       "the customer reached the journey's goal (until)",
	"journey-holdout":    "in the journey's holdout: none of its messages",
	"left-audience":      "the customer is not in the audience any more",
	"link-over":          "the request for the link is over or was replaced",
	"merged":             "another message covers this order as well",
	"no-address":         "the customer gave no e-mail address",
	"no-consent":         "the customer did not agree to such messages",
	"no-offer":           "the message needs an offer, and there is none for the customer",
	"not-confirmed":      "the sign-up is not confirmed",
	"not-yet":            "waits for its own time",
	"nothing-to-say":     "there is nothing to write about, such as picks",
	"offer-gone":         "the terms of the coupon that it waited with are gone",
	"order-cancelled":    "the order was cancelled",
	"order-fell-away":    "the whole order was returned or refunded",
	"outranked:":         "the campaign NAME goes first",
	"own-limit":          "the customer wants fewer messages",
	"paused":             "the customer asked for a pause",
	"product-gone":       "the product cannot be shown",
	"quiet-hours":        "quiet hours",
	"same-mailbox":       "the mailbox got it under another customer ID",
	"service-issue:":     "an order has a service issue (NAME)",
	"ses:":               "SES did not take it (NAME)",
	"sign-up-over":       "the sign-up was replaced or is over",
	"suppressed:":        "the address must not be written to (NAME)",
	"too-late":           "it could not be sent before it expired",
	"unless":             "the campaign's unless holds",
	"unsubscribed":       "the customer opted out",
	"untrue":             "what the message says is not true any more",
}
