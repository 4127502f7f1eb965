package shape

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is what the rows of a file are.
type Kind string

// The kinds of files.
const (
	Contacts   Kind = "contacts"
	Orders     Kind = "orders"
	Products   Kind = "products"
	Suppressed Kind = "suppressed"
)

// fields has, for each kind of file, the fields that are read and the names that
// columns of them have: the field's own, and those of the exports of Klaviyo
// (profiles), Mailchimp (audience), Shopify (customers, orders, products) and
// WooCommerce (customers, orders, products), without what is no letter or digit.
// docs/import.md names the exports. Of several columns for one field, the first
// that is not empty counts.
var fields = map[Kind]map[string][]string{
	Contacts: {
		"id":              {"customerid", "externalid", "userid", "id"},
		"email":           {"email", "emailaddress", "useremail", "billingemail", "mail"},
		"name":            {"firstname", "fname", "billingfirstname", "name"},
		"language":        {"language", "locale"},
		"zone":            {"zone", "timezone"},
		"country":         {"defaultaddresscountrycode", "countrycode", "country", "countryregion", "billingcountry", "cc"},
		"province":        {"defaultaddressprovincecode", "provincecode", "province", "region", "stateregion", "billingstate"},
		"topic":           {"topic"},
		"consent":         {"consent", "emailmarketingconsent", "acceptsemailmarketing", "acceptsmarketing", "subscribed", "optin"},
		"consent_at":      {"consentat", "emailmarketingconsenttimestamp", "emailmarketingconsentupdatedat", "consenttimestamp", "consentdate"},
		"consent_source":  {"consentsource"},
		"consent_wording": {"consentwording"},
		"opted_in_at":     {"confirmtime", "optintime"},
		"unsubscribed_at": {"unsubtime", "unsubscribedat"},
		"cleaned_at":      {"cleantime"},
		"suppressions":    {"emailsuppressions", "suppressions"},
		"birthday":        {"birthday", "birthdate", "dateofbirth", "dob"},
		"changed_at":      {"changedat", "updatedat", "lastchanged"},
	},
	Orders: {
		"id":            {"id", "orderid"},
		"number":        {"ordernumber", "number"},
		"email":         {"email", "customeremail", "billingemail", "emailbilling"},
		"customer_id":   {"customerid", "customeruserid"},
		"customer_name": {"billingfirstname", "firstnamebilling", "firstname"},
		"language":      {"language", "locale"},
		"country":       {"shippingcountry", "shippingcountrycode", "countrycodeshipping", "billingcountry", "countrycodebilling", "country"},
		"province":      {"shippingprovince", "shippingstate", "billingprovince", "billingstate", "province"},
		"consent":       {"acceptsmarketing", "consent"},
		"currency":      {"currency", "ordercurrency", "currencycode"},
		"total":         {"total", "ordertotal", "ordertotalamount"},
		"refunded":      {"refundedamount", "refundtotal", "refundedtotal", "orderrefundamount"},
		"placed_at":     {"placedat", "createdat", "orderdate", "date"},
		"updated_at":    {"updatedat"},
		"paid_at":       {"paidat", "paiddate"},
		"shipped_at":    {"shippedat", "fulfilledat"},
		"delivered_at":  {"deliveredat"},
		"cancelled_at":  {"cancelledat"},
		"status":        {"financialstatus", "orderstatus", "status"},
		"product":       {"product", "lineitemsku", "itemsku", "sku", "variationid", "lineitemproductid", "productid"},
		"title":         {"lineitemname", "itemname", "title"},
		"units":         {"units", "lineitemquantity", "itemquantity", "quantity"},
		"price":         {"price", "lineitemprice", "itemprice", "itemcost"},
		"line_total":    {"linetotal", "itemtotal", "orderlinetotal"},
	},
	Products: {
		"id":         {"variantsku", "sku", "id"},
		"title":      {"title", "name"},
		"handle":     {"handle"},
		"category":   {"category", "producttype", "categories"},
		"type":       {"type"},
		"url":        {"url", "link", "permalink"},
		"image":      {"image", "imagesrc", "imagelink", "images"},
		"price":      {"price", "variantprice", "regularprice"},
		"sale_price": {"saleprice"},
		"was":        {"was", "variantcompareatprice", "compareatprice"},
		"cost":       {"cost", "costperitem"},
		"currency":   {"currency"},
		"stock":      {"stock", "variantinventoryqty"},
		"in_stock":   {"instock"},
		"published":  {"published"},
		"status":     {"status"},
		"updated_at": {"updatedat"},
	},
	Suppressed: {
		"email":           {"email", "emailaddress", "useremail", "mail", "address"},
		"reason":          {"reason", "suppressionreason", "type"},
		"at":              {"at", "date", "timestamp", "lastupdatetime", "suppressedat", "suppressiontimestamp", "suppressiondate", "createdat", "created"},
		"unsubscribed_at": {"unsubtime", "unsubscribedat"},
		"cleaned_at":      {"cleantime", "bouncedat"},
	},
}

// required are the fields without which a file of the kind says nothing; of each
// list one is enough.
var required = map[Kind][][]string{
	Contacts:   {{"email", "id"}},
	Orders:     {{"id", "number"}, {"placed_at"}, {"total"}},
	Products:   {{"id"}, {"title"}, {"price"}},
	Suppressed: {{"email"}},
}

// columns returns, for each field of the kind, the columns of the header that
// have it, the best first. named are the columns that the operator named, by
// field. What is wrong is returned as sentences.
func columns(kind Kind, header []string, named map[string]string) (at map[string][]int, wrong []string) {
	at = map[string][]int{}
	for field, names := range fields[kind] {
		name, isNamed := named[field]
		if i := slices.IndexFunc(header, func(h string) bool { return isNamed && strings.EqualFold(h, name) }); i >= 0 {
			at[field] = []int{i}
			continue
		}
		for _, name := range append(slices.Clone(names), plain(field)) {
			for i, h := range header {
				if plain(h) == name && !slices.Contains(at[field], i) {
					at[field] = append(at[field], i)
				}
			}
		}
	}
	for field := range named {
		if fields[kind][field] != nil && len(at[field]) == 0 {
			wrong = append(wrong, fmt.Sprintf("has no column of the name that COLUMNS gives for %s", field))
		}
	}
	if kind == Orders && slices.ContainsFunc(header, func(h string) bool { return plain(h) == "financialstatus" }) {
		at["number"] = slices.Clone(at["number"]) // Shopify calls the number of an order its name
		for i, h := range header {
			if plain(h) == "name" {
				at["number"] = append(at["number"], i)
			}
		}
	}
	if kind == Orders && len(at["id"]) == 0 {
		at["id"] = at["number"]
	}
	for _, either := range required[kind] {
		if !slices.ContainsFunc(either, func(field string) bool { return len(at[field]) > 0 }) {
			wrong = append(wrong, fmt.Sprintf("has no column for %s; name it: COLUMNS=%s=<name of the column>", strings.Join(either, " or "), either[0]))
		}
	}
	if other := ofAnotherKind(kind, header, at); other != "" {
		wrong = append(wrong, other)
	}
	slices.Sort(wrong)
	return at, wrong
}

// ofAnotherKind returns what is wrong with a header if it is that of a file of
// another kind, which could be read and would do harm: orders whose IDs would
// become those of customers, and contacts who would all be unsubscribed.
func ofAnotherKind(kind Kind, header []string, at map[string][]int) string {
	switch {
	case kind == Contacts && slices.ContainsFunc(header, func(h string) bool {
		name := plain(h)
		return strings.HasPrefix(name, "lineitem") || name == "ordernumber" || name == "ordertotal"
	}):
		return "has the columns of orders; give the file as ORDERS"
	case kind == Suppressed && len(at["reason"])+len(at["unsubscribed_at"])+len(at["cleaned_at"]) == 0 &&
		slices.ContainsFunc(header, func(h string) bool {
			return slices.Contains(fields[Contacts]["consent"], plain(h)) || slices.Contains(fields[Contacts]["opted_in_at"], plain(h))
		}):
		return "has the columns of contacts, and no reason: every address in it would be unsubscribed; give the file as CONTACTS"
	}
	return ""
}

// AllFields returns the names of the fields of all kinds of files, sorted.
func AllFields() []string {
	var all []string
	for _, of := range fields {
		for field := range of {
			if !slices.Contains(all, field) {
				all = append(all, field)
			}
		}
	}
	slices.Sort(all)
	return all
}

// IsField reports whether a kind of file has the field.
func IsField(name string) bool { return slices.Contains(AllFields(), name) }
