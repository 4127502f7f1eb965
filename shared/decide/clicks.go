package decide

import (
	"regulars/shared/click"
	"regulars/shared/content"
	"regulars/shared/frequency"
	"regulars/shared/linktoken"
)

// longestClickLink is the most characters of a link that counts clicks. Lines of mail
// have 998 at most, and some programs cut long links.
const longestClickLink = 900

// counting returns the message with its links to the shop leading over the function
// click, which counts them. It returns the message as it is if there is no such
// function (in a rehearsal), if the shop or the person of the mailbox wants no clicks
// counted, and if the message is about a link that its reader has asked for.
func (c *evaluation) counting(rendered content.Rendered, data content.Data) (content.Rendered, error) {
	if c.ClickURL == "" || c.Shop.NoClicks || c.Contact.Wishes.Plain.Value == frequency.Yes ||
		c.Profile.Mailbox == "" || c.campaign.LinksTo() != "" {
		return rendered, nil
	}
	var failed error
	counted := rendered.Relinked(data, func(address string, number uint8) string {
		if !click.Leads(c.Shop, address) {
			return address
		}
		token, err := c.Links.Seal(linktoken.Link{
			Purpose: linktoken.Click, Customer: c.intent.Customer, Send: c.id, Mailbox: c.Profile.Mailbox, Issued: c.now, To: address, Number: number,
		})
		if err != nil {
			failed = err
		}
		if len(c.ClickURL)+len(token) > longestClickLink {
			return address
		}
		return c.ClickURL + token
	})
	return counted, failed
}
