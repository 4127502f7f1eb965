package message_test

import (
	"fmt"

	"regulars/infra/ops/publish/markdown"
	"regulars/shared/content"
	"regulars/shared/message"
	"regulars/shared/recommend"
	"regulars/shared/shop"
)

func ExampleSet_Render() {
	set, faults := message.Load(with(nil), asIs, markdown.Parse) // with(nil) has one message, "note"
	if len(faults) > 0 {
		fmt.Println(faults)
		return
	}
	d := content.Data{
		Language: set.Language("note", "ru-RU"),
		Shop:     content.Shop{Address: "1 Example Street"},
		Links:    content.Links{Unsubscribe: "https://example.com/u", Preferences: "https://example.com/p"},
		Picks:    []recommend.Pick{{Product: shop.Product{Title: "Tea"}, Reason: recommend.Reason{Title: "Pot", Customers: 22}}},
	}
	r, err := set.Render("note", d)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Subject)
	fmt.Print(r.Text)
	fmt.Println(message.Lint(r, d))
	// Output:
	// Записка
	// Tea
	//
	// 1 Example Street https://example.com/u https://example.com/p
	// []
}
