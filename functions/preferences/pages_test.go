package main

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"regulars/shared/brand"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
	"regulars/shared/shop"
	"regulars/shared/shoppage/shoppagetest"
	"regulars/shared/shoppolicy"
)

// garden is a brand with a logo and colours of its own.
var garden = brand.Brand{
	Logo:  brand.Logo{Light: "https://shop.example.com/logo.png", Dark: "https://shop.example.com/logo-dark.png", Width: 200, Height: 50},
	Light: brand.Colours{Accent: "#8c2f4b"}, Button: "pill",
}

// branded gives the shop a brand.
func (a asking) branded() {
	p, _ := a.h.policy(a.t.Context())
	p.Shop.Brand = garden
	a.h.policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
}

// asked returns the preference centre after a link was asked for, or what the link
// answers to a call.
func asked(t *testing.T, language string, purpose linktoken.Purpose, method string) events.LambdaFunctionURLResponse {
	a := openAsking(t)
	a.branded()
	a.call("POST", "lang="+language, map[linktoken.Purpose]string{linktoken.Export: "do=data_export", linktoken.Erase: "do=data_erase"}[purpose])
	if method == "" {
		return a.call("GET", "done=asked&lang="+language, "")
	}
	return a.clickIn(language, purpose, method, said)
}

// Each page in each language has a sound structure.
func TestEachPageHasASoundStructure(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	full := frequency.Contact{}.
		WithStatement(shop.ConsentStatement{Topic: "promotions", Given: true, At: noon.AddDate(0, -2, 0), Source: shop.SourceCheckout}).
		WithStatement(shop.ConsentStatement{Topic: "news", Given: true, At: noon.AddDate(0, -1, 0), Source: shop.SourceSignUpForm, Wording: "Yes, send me news."}).
		WithWishes(frequency.Wishes{Pace: frequency.Wish{Value: frequency.Monthly, At: noon}, Pause: frequency.Wish{Value: "2026-12-24", At: noon}})
	for _, language := range []string{"en", "ru", "pl", "el"} {
		centre := func(contact frequency.Contact, method, query, body string) events.LambdaFunctionURLResponse {
			a := openAsking(t)
			a.store.mailboxes[box] = contact
			a.branded()
			return a.call(method, "lang="+language+query, body)
		}
		simple := func(purpose linktoken.Purpose) events.LambdaFunctionURLResponse {
			h, _, path := newTest(t)
			r := request("GET", path(purpose), "", "")
			r.RawQueryString = "lang=" + language
			got, err := h.Handle(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		for name, page := range map[string]events.LambdaFunctionURLResponse{
			"centre":       centre(full, "GET", "", ""),
			"centre-saved": centre(full, "GET", "&done=saved", ""),
			"centre-new":   centre(frequency.Contact{}, "GET", "", ""),
			"centre-wrong": centre(full, "POST", "", "do=save&pause=2020-01-01"),
			"unsubscribe":  simple(linktoken.Unsubscribe),
			"asked":        asked(t, language, linktoken.Export, ""),
			"export-ask":   asked(t, language, linktoken.Export, "GET"),
			"export":       asked(t, language, linktoken.Export, "POST"),
			"erase-ask":    asked(t, language, linktoken.Erase, "GET"),
			"erased":       asked(t, language, linktoken.Erase, "POST"),
		} {
			shoppagetest.Check(t, name+"."+language, page)
		}
		h, _, _, path := signedUp(t)
		r := request("GET", path(same), "", "")
		r.RawQueryString = "lang=" + language
		got, err := h.Handle(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		shoppagetest.Check(t, "confirm."+language, got)
	}
}
