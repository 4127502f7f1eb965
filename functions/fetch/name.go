package main

import (
	"context"
	"encoding/json"
	"strings"
)

// name is what a webhook of BigCommerce names.
type name struct {
	producer string // the store: "stores/" and its hash
	ask      func(context.Context, store) (map[string]json.RawMessage, error)
	fault    error
}

// nameOf returns what a webhook names, or why it is not read:
//
//	store/order/…                     the order data.id
//	store/shipment/…                  the order data.orderId
//	store/product/…                   the product data.id
//	store/sku/…                       the product data.sku.product_id
//	store/customer/created, updated   the customer data.id
//	store/product/deleted,            nothing more: record reads the ID
//	store/customer/deleted
func nameOf(payload map[string]json.RawMessage) (n name, ignored string) {
	var scope string
	var data struct {
		ID      any `json:"id"` // of a cart it is a text
		OrderID any `json:"orderId"`
		SKU     struct {
			Product any `json:"product_id"`
		} `json:"sku"`
	}
	whole := json.Unmarshal(payload["scope"], &scope) == nil && json.Unmarshal(payload["producer"], &n.producer) == nil
	if !whole || json.Unmarshal(payload["data"], &data) != nil {
		n.fault = refused("/detail/payload", "has no scope, producer and data; want a webhook of BigCommerce")
		return n, ""
	}
	named, ask := data.ID, store.Order
	resource, step, _ := strings.Cut(strings.TrimPrefix(scope, "store/"), "/")
	switch {
	case scope == "store/product/deleted" || scope == "store/customer/deleted":
		n.ask = func(context.Context, store) (map[string]json.RawMessage, error) { return nil, nil }
		return n, ""
	case unread[scope] != "":
		return n, unread[scope]
	case resource == "order":
	case resource == "shipment":
		named = data.OrderID
	case resource == "product":
		ask = store.Product
	case resource == "sku":
		named, ask = data.SKU.Product, store.Product
	case resource == "customer" && (step == "created" || step == "updated"):
		ask = store.Customer
	default:
		return n, "a BigCommerce scope that is not read: see docs/bigcommerce.md"
	}
	number, _ := named.(float64)
	id := int64(number)
	if id <= 0 || float64(id) != number {
		n.fault = refused("/detail/payload/data", "names no resource; want its ID, a whole number above 0")
	}
	n.ask = func(ctx context.Context, s store) (map[string]json.RawMessage, error) { return ask(s, ctx, id) }
	return n, ""
}

// unread says of scopes that a shop may subscribe to why they are not read.
var unread = map[string]string{
	"store/order/archived":          "an archived BigCommerce order: its last state stays; only a cancellation or a refund takes an order back",
	"store/order/message/created":   "a message about a BigCommerce order, which says nothing of the order",
	"store/subscriber/created":      subscriber,
	"store/subscriber/updated":      subscriber,
	"store/subscriber/deleted":      subscriber,
	"store/order/metafield/created": metafield,
	"store/order/metafield/updated": metafield,
	"store/order/metafield/deleted": metafield,
}

const (
	subscriber = "a BigCommerce subscriber: the webhook of one who unsubscribes has no address, so that none of them is read"
	metafield  = "a metafield of a BigCommerce order"
)
