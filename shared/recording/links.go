package recording

import (
	"context"
	"log/slog"

	"regulars/shared/shop"
)

// checkLinks logs that messages leave out an address of a product, with the ID of
// the queue message that brought it. It repeats no value of the event. The product
// is saved all the same: the shop's own pages show it. Before the first policy is
// published, there are no hosts to compare with.
func (h *Recorder) checkLinks(ctx context.Context, message string, p shop.Product) {
	inForce, err := h.Policy(ctx)
	if err != nil {
		return
	}
	for _, link := range []struct{ field, address, effect string }{
		{"url", p.URL, "messages do not recommend the product"},
		{"image", p.Image, "messages show the product without its picture"},
	} {
		if link.address == "" {
			continue
		}
		if fault := inForce.Shop.LinkFault(link.address); fault != "" {
			slog.WarnContext(ctx, link.effect+": "+fault, "message_id", message, "field", link.field)
		}
	}
}
