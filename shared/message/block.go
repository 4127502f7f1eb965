package message

import (
	"maps"
	"slices"
	"strings"
)

// blocks are the parts of the layout that a text in Markdown can have. Each is a
// tag on a line of its own, and prints the partials with its name, which print
// nothing if their data is missing. The values say how each is written.
var blocks = map[string]string{
	"button":   `{% button "words", target %}, where the target is cart, contact, order, product or shop`,
	"coupon":   "{% coupon %}",
	"greeting": "{% greeting %}",
	"order":    "{% order %}",
	"picks":    "{% picks %} or {% picks columns: 2 %}, with 1, 2 or 3 columns",
	"points":   "{% points %}",
}

// targets are where the block button leads, with the variable of each address.
var targets = map[string]string{
	"cart":    "shop.cart_url",
	"order":   "order.url",
	"product": "picks.first.url",
	"shop":    "shop.url",
	"contact": "shop.contact_url",
}

// controls are Liquid's tags that a text in Markdown can have, with the tags in
// which each must stand.
var controls = map[string][]string{
	"if": nil, "unless": nil, "case": nil, "for": nil, "assign": nil,
	"elsif": {"if", "unless"}, "else": {"if", "unless", "case", "for"}, "when": {"case"},
	"endif": {"if"}, "endunless": {"unless"}, "endcase": {"case"}, "endfor": {"for"},
}

// note records what the language prints, for the comparison with the others.
func (d *document) note(what string, line int) {
	if _, ok := d.prints[what]; !ok {
		d.prints[what] = line
	}
}

// noteNames records the variables of a mark: whole if it prints them, or else
// the data on which a condition depends. What is the same in all mails of a shop
// is not recorded: a language can do without the shop's name.
func (d *document) noteNames(list []string, output bool, line int) {
	known := knownNames()
	for i, word := range list {
		root, _, _ := strings.Cut(word, ".")
		switch {
		case i > 0 && list[i-1] == "|", !isName(word), !resolves(known, root), slices.Contains([]string{"shop", "brand", "language", "direction"}, root):
		case output:
			d.note("{{ "+word+" }}", line)
		case i > 0:
			d.note("condition on "+root, line)
		}
	}
}

// mark checks one Liquid mark inside words. It returns what the mark adds to the
// said words: a placeholder for data, or the end of a text. open are the tags
// that are open in these words.
func (d *document) mark(mark string, line int, open *[]tag) (said string) {
	k := marks(mark)[0]
	list := k.list(mark)
	if len(list) == 0 {
		return "" // checkNames reports it
	}
	if k.output {
		d.noteNames(list, true, line)
		return placeholderOf(list[0])
	}
	if blocks[list[0]] != "" {
		d.fault(line, "write it on a line of its own without blanks before it, and leave an empty line before that", "the block %s is inside a text", list[0])
		return ""
	}
	d.control(list, line, open)
	return between
}

// placeholderOf returns how the said words name a variable: {until} and {left}
// are the proofs that words about an end or a small stock need.
func placeholderOf(name string) string {
	last := name[strings.LastIndexByte(name, '.')+1:]
	for proof, names := range proofs {
		if slices.Contains(names, last) && last != name {
			return "{" + proof + "}"
		}
	}
	return "{value}"
}

// control checks one of Liquid's tags, and opens or closes it.
func (d *document) control(list []string, line int, open *[]tag) {
	name := list[0]
	within, ok := controls[name]
	if !ok {
		d.fault(line, "write one of the blocks "+strings.Join(slices.Sorted(maps.Keys(blocks)), ", ")+", or one of "+strings.Join(slices.Sorted(maps.Keys(controls)), ", "),
			"a text in Markdown has no tag {%% %s %%}", name)
		return
	}
	d.noteNames(list, false, line)
	last := len(*open) - 1
	switch {
	case within == nil && name != "assign":
		*open = append(*open, tag{name, line})
	case within != nil && (last < 0 || !slices.Contains(within, (*open)[last].name)):
		d.fault(line, "write it in the same paragraph, list item, link or bold text as the tag that it belongs to; or write all of them on lines of their own",
			"{%% %s %%} does not follow {%% %s %%}", name, strings.Join(within, " %} or {% "))
	case strings.HasPrefix(name, "end"):
		*open = (*open)[:last]
	}
}

// tagLine appends a line that has only tags: blocks, and Liquid's tags around
// blocks and paragraphs.
func (d *document) tagLine(tags string, line int) {
	for _, r := range tags {
		if !isHidden(r) {
			continue
		}
		mark := d.marks[r-firstMark]
		k := marks(mark)[0]
		list := k.list(mark)
		switch {
		case len(list) == 0:
			d.fault(line, "remove it", "an empty Liquid mark")
		case blocks[list[0]] != "":
			d.tagBlock(list, line)
		default:
			d.control(list, line, &d.open)
			d.put("<mj-raw>"+mark+"</mj-raw>", mark, line)
		}
	}
}

// tagBlock appends a block with its partials.
func (d *document) tagBlock(list []string, line int) {
	name, arguments := list[0], list[1:]
	d.note("block {% "+name+" %}", line)
	begin, end, ok := "", "", len(arguments) == 0
	switch name {
	case "button":
		begin, ok = d.button(arguments, line)
		end = "{% endif %}"
	case "picks":
		columns := "0" // as many as look well
		if len(arguments) == 2 && arguments[0] == "columns:" && slices.Contains([]string{"1", "2", "3"}, arguments[1]) {
			columns, ok = arguments[1], true
		}
		begin = "{% assign columns = " + columns + " %}{% assign heading = \"\" %}"
	case "coupon":
		begin = "{% assign coupon_link = shop.cart_url %}"
		if slices.ContainsFunc(d.marks, isCartButton) {
			begin = "{% assign coupon_link = \"\" %}" // one link to the cart is enough
		}
	}
	if !ok {
		d.fault(line, "write "+blocks[name], "the block %s has other parameters than it can have", name)
		return
	}
	if begin != "" {
		d.put("<mj-raw>"+begin+"</mj-raw>", begin, line)
	}
	d.include(&d.html, name+".mjml", line)
	d.include(&d.text, name+".txt", line)
	if end != "" {
		d.put("<mj-raw>"+end+"</mj-raw>", end, line)
	}
	d.text.append("\n", d.file, line)
}

// include appends a partial on lines of its own.
func (d *document) include(s *source, name string, line int) {
	r := d.reader
	r.slots = nil
	r.into(s, d.folder, name, nil, place{d.file, line})
	s.append("\n", d.file, line)
}

// button returns the beginning of a button: the condition that its address is
// there, and what its partials print. It returns false if the arguments are not
// words in quotation marks and a target.
func (d *document) button(arguments []string, line int) (begin string, ok bool) {
	if len(arguments) != 3 || arguments[1] != "," || targets[arguments[2]] == "" || !strings.ContainsAny(arguments[0][:1], `'"`) {
		return "", false
	}
	text, address := arguments[0][1:len(arguments[0])-1], targets[arguments[2]]
	if strings.TrimSpace(text) == "" {
		return "", false
	}
	d.reader.checkText("the text", d.language, text, place{d.file, line})
	d.note("button to "+arguments[2], line)
	return ifThere(address) + "{% assign button_url = " + address + " %}{% assign button_text = " + arguments[0] + " %}", true
}

func isCartButton(mark string) bool {
	list := marks(mark)[0].list(mark)
	return len(list) == 4 && list[0] == "button" && list[3] == "cart"
}
