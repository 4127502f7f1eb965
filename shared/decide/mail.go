package decide

import (
	"errors"
	"slices"
	"strings"

	"regulars/shared/campaign"
	"regulars/shared/claim"
	"regulars/shared/content"
	"regulars/shared/frequency"
	"regulars/shared/shop"
)

func (c *evaluation) worthSaying(data content.Data) *rejection {
	if c.kept != nil && data.Coupon == nil && c.campaign.Class.Rank() >= shop.ClassPromise.Rank() {
		return end(claim.Expired, "offer-gone", "it waited with a coupon whose terms can no longer be printed; the coupon is voided")
	}
	if product := reminded(c.Profile, c.intent); product != "" && c.silent == nil && (len(data.Picks) == 0 || data.Picks[0].Product.ID != product) {
		return end(claim.Suppressed, "product-gone", "product %s cannot be shown: it is sold out, hidden, or has no page on the shop's hosts, or the customer was shown it often", product)
	}
	lacks := c.lacks(data)
	if c.silent != nil && (slices.Contains(lacks, "coupon") || slices.Contains(lacks, "picks") || slices.Contains(lacks, "product")) {
		return c.silent
	}
	if slices.Contains(lacks, "coupon") {
		return end(claim.Suppressed, "no-offer", "the message needs an offer, and the customer has earned none")
	}
	if len(lacks) > 0 {
		return end(claim.Suppressed, "nothing-to-say", "the message has no %s to write about", strings.Join(lacks, " and no "))
	}
	return nil
}

// lacks returns what the message needs and the data does not have.
func (c *evaluation) lacks(data content.Data) []string {
	lacks := c.Messages.Messages[c.campaign.Message].Lacks(data)
	if c.campaign.NeedsOffer && data.Coupon == nil && !slices.Contains(lacks, "coupon") {
		lacks = append(lacks, "coupon")
	}
	return lacks
}

// write renders the message and fills in the parts of the claim: the ledger
// entry, the grant and the coupon.
func (c *evaluation) write(data content.Data, issued *issued) (Decision, error) {
	if refused := untrue(data); refused != nil {
		c.explained.note("message", refused.reason.Text)
		return c.answer(*refused), nil
	}
	rendered, err := c.Messages.Render(c.campaign.Message, data)
	if err != nil {
		return Decision{}, err
	}
	if faults := c.Messages.Lint(rendered, data); len(faults) > 0 {
		return Decision{}, errors.New("the rendered message does not pass the lint: " + strings.Join(faults, "; "))
	}
	if rendered, err = c.counting(rendered, data); err != nil {
		return Decision{}, err
	}
	entry := c.entry()
	entry.Impressions = impressions(data.Picks)
	if data.Product != nil {
		entry.Impressions = append(entry.Impressions, data.Product.Product.ID)
	}
	d := Decision{
		Send:    c.send(claim.Sending),
		Contact: c.Contact.With(entry, c.now, c.Frequency),
	}
	d.Send.Language, d.Names = data.Language, named(data, issued)
	d.Contact, _ = d.Contact.WithoutWaiting(c.now, Hints(append([]campaign.Intent{c.intent}, c.Merged[c.id]...))...)
	if issued != nil {
		d.Send.Coupon = &issued.coupon
		d.Contact = d.Contact.WithGrant(issued.coupon.Offer, frequency.Grant{Send: c.id, At: issued.coupon.Issued, Key: issued.coupon.Key})
	}
	d.Mail = c.mail(rendered, data)
	return d, nil
}

// named returns the products of which the message states a price, a stock or a former
// price. Of a product that was ordered it has the title at most, as a reason.
func named(data content.Data, issued *issued) []shop.ProductID {
	all := set{}
	for _, p := range data.Picks {
		all.add([]shop.ProductID{p.Product.ID})
	}
	if data.Product != nil {
		all.add([]shop.ProductID{data.Product.Product.ID})
	}
	if data.Cart != nil {
		for _, line := range data.Cart.Lines {
			all.add([]shop.ProductID{line.Product.ID})
		}
	}
	if issued != nil && issued.coupon.Product != "" {
		all.add([]shop.ProductID{issued.coupon.Product})
	}
	return all.list
}

// mail returns the rendered message as SES takes it, with its headers and tags.
func (c *evaluation) mail(rendered content.Rendered, data content.Data) content.Mail {
	mail := content.Mail{
		From: c.Shop.Name, To: c.Profile.Email.Value, ReplyTo: c.Shop.ReplyTo, Subject: rendered.Subject, HTML: rendered.HTML, Text: rendered.Text,
		Headers: map[string]string{
			"List-Unsubscribe":      "<" + data.Links.Unsubscribe + ">",
			"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", // RFC 8058
		},
		Tags: map[string]string{
			"send_id":  string(c.id),
			"customer": Tag(string(c.intent.Customer)),
			"campaign": string(c.intent.Campaign), // the name of a file: nothing that SES refuses
			"class":    string(c.campaign.Class),
		},
	}
	if c.Profile.Mailbox != "" {
		mail.Tags["mailbox"] = string(c.Profile.Mailbox) // base64url: nothing that SES refuses
	}
	return mail
}
