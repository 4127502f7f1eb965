package message

import (
	"html"
	"regexp"
	"strings"
	"sync"
)

// words is a text in Markdown with its emphasis and links, as templates.
type words struct {
	html string
	text string
	said string // what a reader reads, with placeholders for the data; the texts between tags are separated by [between]
}

// between separates the texts of which each may be printed without the others.
const between = "\x00"

// line returns the template of one line of plain text: the subject, or the
// preheader, which is escaped because the HTML part prints it.
func (d *document) line(name, text string, line int, escaped bool) (s source) {
	switch {
	case strings.TrimSpace(text) == "":
		d.fault(line, "write it between the lines of three hyphens", "there is no %s", name)
	case strings.Contains(text, "\n"):
		d.fault(line, "write it on one line", "the %s goes over several lines", name)
	default:
		w := d.words(Node{Kind: KindParagraph, Children: []Node{{Kind: KindText, Line: line - d.offset, Text: d.hide(text, line)}}})
		if escaped {
			w.text = w.html
		}
		s.append(w.text, d.file, line)
	}
	return s
}

// words returns the templates of the words in a paragraph, a heading or an
// image, and checks what they say.
func (d *document) words(n Node) words {
	w := d.inline(n)
	if len(n.Children) > 0 {
		at := place{d.file, d.offset + n.Children[0].Line}
		for said := range strings.SplitSeq(w.said, between) {
			d.reader.checkText("the text", d.language, said, at)
		}
	}
	return w
}

// bareAddress matches a web address in words. Some mail programs make a link of it, others
// do not.
var bareAddress = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S`) })

// inline returns the templates of the words of n. A Liquid construct that begins
// in them ends in them.
func (d *document) inline(n Node) (w words) {
	var open []tag
	for _, child := range n.Children {
		line := d.offset + child.Line
		switch child.Kind {
		case KindText:
			if n.Kind != KindLink && bareAddress().MatchString(child.Text) {
				d.fault(line, "write it as a link: [words](address)", "an address in the words")
			}
			for _, r := range child.Text {
				switch {
				case isHidden(r):
					mark := d.marks[r-firstMark]
					said := d.mark(mark, line, &open)
					if d.rtl && said != between {
						mark = isolate + mark + isolated
					}
					w = w.plus(words{mark, mark, said})
				case r == '\n':
					w = w.plus(words{"\n", " ", " "})
				case r == '{', r == '}':
					d.fault(line, "close the mark on the same line, as in {{ name }}", "a brace that belongs to no Liquid mark")
				default:
					w = w.plus(words{html.EscapeString(string(r)), string(r), string(r)})
				}
			}
		case KindBreak:
			w = w.plus(words{"<br />\n", "\n", " "})
		case KindStrong:
			inner := d.inline(child)
			w = w.plus(words{"<strong>" + inner.html + "</strong>", inner.text, inner.said})
		case KindEmphasis:
			inner := d.inline(child)
			w = w.plus(words{"<em>" + inner.html + "</em>", inner.text, inner.said})
		case KindLink:
			w = w.plus(d.link(child, n.Kind == KindParagraph && len(n.Children) == 1))
		default:
			d.refuse(child)
		}
	}
	for _, t := range open {
		d.unclosed(t)
	}
	return w
}

func (w words) plus(next words) words {
	return words{w.html + next.html, w.text + next.text, w.said + next.said}
}

// link returns the templates of a link. In the text part its address follows the
// words: after a colon if the link stands alone, in angle brackets if a sentence
// goes on after it. A link to a variable that is empty is only its words.
func (d *document) link(n Node, alone bool) words {
	w := d.inline(n)
	address, variable, ok := d.address(n)
	if !ok {
		return w
	}
	if strings.TrimSpace(w.text) == "" {
		d.fault(d.offset+n.Line, "write them in the brackets: [words](address)", "a link without words")
	}
	there, end := "", ""
	if variable != "" {
		there, end = ifThere(variable), "{% endif %}"
	}
	w.html = there + `<a href="` + html.EscapeString(address) + `" style="color:{{ brand.light.accent }}">` + end + w.html + there + "</a>" + end
	shown := strings.TrimPrefix(address, "mailto:")
	switch {
	case w.text == shown:
	case alone:
		w.text += there + ": " + shown + end
	default:
		w.text += there + " <" + shown + ">" + end
	}
	return w
}

// ifThere returns the beginning of a condition: the address is there.
func ifThere(variable string) string {
	return "{% if " + variable + " and " + variable + " != \"\" %}"
}

// address returns where a link or an image leads. It is written out, or it is
// one variable, whose name is returned too; an image has no variable, because its
// size and host are checked when it is published.
func (d *document) address(n Node) (address, variable string, ok bool) {
	line := d.offset + n.Line
	hidden := strings.IndexFunc(n.Address, isHidden) >= 0
	if shown := d.show(n.Address); hidden && n.Kind == KindLink {
		for _, k := range marks(shown) {
			list := k.list(shown)
			if len(list) == 1 && k.output && isName(list[0]) && len([]rune(n.Address)) == 1 {
				if !strings.HasSuffix(list[0], "url") && !strings.HasPrefix(list[0], "links.") {
					d.fault(line, "write one whose name ends with url, or one of links", "the variable %s is no address", list[0])
				}
				d.note("link to "+list[0], line)
				return "{{ " + list[0] + " }}", list[0], true
			}
		}
	}
	switch {
	case hidden && n.Kind == KindImage:
		d.fault(line, "write the address out; {% picks %} shows the pictures of products", "the address of an image is a variable")
	case hidden:
		d.fault(line, "write it out, or write one variable without a filter: [words]({{ shop.url }})", "an address has a Liquid mark in it")
	case strings.HasPrefix(n.Address, "http://"):
		d.fault(line, "use https", "an http:// link")
	case n.Kind == KindLink && strings.HasPrefix(n.Address, "mailto:") && strings.Contains(n.Address, "@"):
		return n.Address, "", true
	case !strings.HasPrefix(n.Address, "https://") || link(n.Address) == "":
		d.fault(line, "write it in full, as in https://shop.example.com/", "the address of the %s is not an absolute https address", n.Kind)
	default:
		return link(n.Address), "", true
	}
	return "", "", false
}
