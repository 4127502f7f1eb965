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

// Each page in each language has a sound structure.
func TestEachPageHasASoundStructure(t *testing.T) {
	noon := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	full := frequency.Contact{}.
		WithStatement(shop.ConsentStatement{Topic: "promotions", Given: true, At: noon.AddDate(0, -2, 0), Source: shop.SourceCheckout}).
		WithStatement(shop.ConsentStatement{Topic: "news", Given: true, At: noon.AddDate(0, -1, 0), Source: shop.SourceSignUpForm, Wording: "Yes, send me news."}).
		WithWishes(frequency.Wishes{Pace: frequency.Wish{Value: frequency.Monthly, At: noon}, Pause: frequency.Wish{Value: "2026-12-24", At: noon}})
	for _, language := range []string{"en", "ru", "pl", "el"} {
		centre := func(contact frequency.Contact, method, query, body string) events.LambdaFunctionURLResponse {
			o := open(t, contact)
			p := aShop()
			p.Shop.Brand = garden
			o.h.policy = func(context.Context) (shoppolicy.Policy, error) { return p, nil }
			return o.call(method, "lang="+language+query, body)
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
