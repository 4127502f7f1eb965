package canary

import (
	"encoding/json"
	"fmt"
	"strings"

	"regulars/events"
	"regulars/shared/intake"
)

// The canary. Each text occurs nowhere else in the project's data.
const (
	address  = "Zephyrine.Quillfeather@canary-mail.example"
	second   = "complaint+zephyrine77@simulator.amazonses.com" // SES complains about mails to it
	first    = "Zephyrine"
	last     = "Quillfeather"
	street   = "17 Wrenhollow Passage"
	phone    = "+447700900461"
	native   = "cust-zq-7741900461"
	shopify  = 7741900462
	commerce = 7741900463 // the ID in WooCommerce
)

// addresses are those to which mails to the canary go.
var addresses = []string{address, second}

// texts are what the canary is known by, without the code of their coupon.
func texts() []string {
	return []string{
		address, strings.Split(address, "@")[0], second, "zephyrine77", first, last, "Wrenhollow", phone, native, fmt.Sprint(shopify), fmt.Sprint(commerce),
		string(intake.Guest(address)), string(intake.Guest(second)),
	}
}

// m is a part of an event's detail.
type m = map[string]any

// home is the canary's address at home, in the field names of several platforms.
func home() m {
	return m{
		"first_name": first, "last_name": last, "name": first + " " + last, "address1": street, "address_1": street, "city": "Wrenhollow",
		"zip": "ZQ7 7ZQ", "postcode": "ZQ7 7ZQ", "country": "GB", "country_code": "GB", "phone": phone, "email": address, "company": "", "state": "", "province_code": "",
	}
}

// sample returns the source and the detail of a sample of package events, with
// changes: nested objects are merged, other values are replaced.
func sample(detailType, name string, changes m) (source string, detail m) {
	for _, s := range events.Samples() {
		if s.DetailType != detailType || s.Name != name {
			continue
		}
		var envelope struct {
			Source string `json:"source"`
			Detail m      `json:"detail"`
		}
		if err := json.Unmarshal(s.Envelope, &envelope); err != nil {
			panic(err) // a sample is JSON: package events tests it
		}
		merge(envelope.Detail, changes)
		return envelope.Source, envelope.Detail
	}
	panic("package events has no sample " + detailType + "/" + name)
}

func merge(into, changes m) {
	for key, change := range changes {
		inner, isMap := change.(m)
		old, wasMap := into[key].(m)
		if isMap && wasMap {
			merge(old, inner)
			continue
		}
		into[key] = change
	}
}
