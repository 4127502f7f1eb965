package message

import (
	"fmt"
	"html"
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Parse parses Markdown. Package infra/ops/publish/markdown has it; [Load] gets
// it as a parameter, so that the functions do not carry the parser.
type Parse func(text string) []Node

// Node is a part of a text in Markdown. A message can have the kinds below; a
// node of another kind is a fault that names it.
type Node struct {
	Kind     string
	Line     int    // of the text, counted from 1
	Text     string // of KindText: plain words; a line feed if they go on in the next line
	Level    int    // of a heading: 1 to 6; of a numbered list: its first number
	Address  string // of a link or an image
	Children []Node
}

// The kinds of nodes.
const (
	KindParagraph = "paragraph" // also the words of an item of a list
	KindHeading   = "heading"
	KindList      = "list" // of items
	KindNumbered  = "numbered list"
	KindItem      = "item"
	KindQuote     = "quote"
	KindRule      = "horizontal rule"
	KindText      = "text"
	KindStrong    = "bold text"
	KindEmphasis  = "text in italics"
	KindLink      = "link"
	KindImage     = "image"
	KindBreak     = "line break"
	KindHTML      = "raw HTML" // refused, except the lines of Liquid tags that this package hides in comments
	KindCode      = "code"     // refused
)

// document is one text in Markdown: the words of a message in one language. Its
// templates are made while it is read.
type document struct {
	reader                 reader
	folder, file, language string
	rtl                    bool // the language is written from right to left: data gets a direction of its own

	subject, preheader source
	others             map[string]source // other subjects, by name
	html               source            // MJML
	text               source

	marks  []string       // the Liquid marks of the body, each hidden as one rune from [firstMark] on
	tags   map[int]string // by line: the lines of the body that have only tags
	offset int            // lines of the file before the body
	open   []tag          // the tags of lines of their own that are open
	titles int            // headings of level 1
	prints map[string]int // what it prints from the data, with the line: compared between languages
}

// tag is the beginning of a Liquid construct that needs an end, such as "if".
type tag struct {
	name string
	line int
}

// firstMark stands for the first Liquid mark of a text while the text is parsed
// as Markdown, the next rune for the second, and so on. They are runes for
// private use, which Markdown takes as letters. So no mark is Markdown, and the
// data that it prints, which comes much later, is not either.
const (
	firstMark = '\U000f0000'
	lastMark  = '\U000ffffd'
)

func isHidden(r rune) bool { return r >= firstMark && r <= lastMark }

func (d *document) fault(line int, hint, format string, args ...any) {
	d.reader.faults.add(d.file, line, hint, format, args...)
}

// hide returns the text with each Liquid mark replaced by one rune.
func (d *document) hide(text string, line int) string {
	for i, content := range strings.Split(text, "\n") {
		if strings.ContainsFunc(html.UnescapeString(content), isHidden) { // also as &#xf0000;
			d.fault(line+i, "remove it", "a character for private use")
			return ""
		}
	}
	var out strings.Builder
	done := 0
	for _, m := range liquidMark().FindAllStringIndex(text, -1) {
		out.WriteString(text[done:m[0]])
		mark := text[m[0]:m[1]]
		at := line + strings.Count(text[:m[0]], "\n")
		switch {
		case strings.Contains(mark, "\n"):
			d.fault(at, "write it on one line", "a Liquid mark goes over several lines")
			out.WriteString(strings.Repeat("\n", strings.Count(mark, "\n")))
		case len(d.marks) > lastMark-firstMark:
			d.fault(at, "write two messages", "the text has too many Liquid marks")
		default:
			out.WriteRune(firstMark + rune(len(d.marks)))
			d.marks = append(d.marks, mark)
		}
		done = m[1]
	}
	return out.String() + text[done:]
}

// onlyMarks matches a line that has only Liquid marks, and no blanks before them.
var onlyMarks = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[\x{f0000}-\x{ffffd}][\x{f0000}-\x{ffffd} \t]*$`) })

// body reads the text after the front matter, whose first line is at this line
// of the file.
//
// A line that has only tags separates paragraphs, so it is an HTML comment while
// the text is parsed: Markdown ends a paragraph, a list or a quote before one.
func (d *document) body(text string, line int, parse Parse) {
	d.offset, d.tags = line-1, map[int]string{}
	hidden := d.hide(text, line)
	lines := strings.Split(hidden, "\n")
	for i, content := range lines {
		if onlyMarks().MatchString(content) && !strings.Contains(d.show(content), "{{") {
			d.tags[i+1] = content
			lines[i] = "<!-- -->"
		}
	}
	if parse == nil {
		d.fault(0, "", "this program cannot read Markdown")
		return
	}
	for _, n := range parse(strings.Join(lines, "\n")) {
		d.block(n)
	}
	for _, t := range d.open {
		d.unclosed(t)
	}
	if d.titles == 0 {
		d.fault(line, "begin the text with a line such as: # Thank you", "there is no heading of level 1")
	}
}

func (d *document) unclosed(t tag) {
	d.fault(t.line, "close it in the same paragraph, list item, link or bold text; or write both tags on lines of their own", "{%% %s %%} has no {%% end%s %%}", t.name, t.name)
}

// show returns a text with its hidden marks.
func (d *document) show(text string) string {
	var out strings.Builder
	for _, r := range text {
		if isHidden(r) {
			out.WriteString(d.marks[r-firstMark])
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}

// put appends a line to both templates.
func (d *document) put(mjml, text string, line int) {
	d.html.append(mjml+"\n", d.file, line)
	d.text.append(text+"\n", d.file, line)
}

// block appends one block of the text that is not inside another one.
func (d *document) block(n Node) {
	line := d.offset + n.Line
	switch n.Kind {
	case KindHTML:
		if tags, ok := d.tags[n.Line]; ok {
			d.tagLine(tags, line)
			return
		}
		d.refuse(n)
	case KindHeading:
		d.heading(n, line)
	case KindParagraph:
		if image, address, ok := pictureOf(n); ok {
			d.picture(image, address)
			return
		}
		w := d.words(n)
		d.html.append("<mj-text css-class=\"words\">"+w.html+"</mj-text>\n", d.file, line)
		d.text.append(w.text+"\n\n", d.file, line)
	case KindList, KindNumbered:
		d.html.append("<mj-text css-class=\"words\">", d.file, line)
		text := d.list(n)
		d.html.append("</mj-text>\n", d.file, line)
		d.text.append(strings.Join(text, "\n")+"\n\n", d.file, line)
	case KindQuote:
		outer := d.html
		d.html = source{}
		text := d.flow(n.Children)
		inner := d.html
		d.html = outer
		d.partial("quote.mjml", "quote", inner, line)
		d.text.append("> "+strings.Join(text, "\n> ")+"\n\n", d.file, line)
	case KindRule:
		d.partial("rule.mjml", "", source{}, line)
		d.text.append("* * *\n\n", d.file, line)
	default:
		d.refuse(n)
	}
}

// refuse reports a node that a message cannot have at its place.
func (d *document) refuse(n Node) {
	line, hint := d.offset+n.Line, ""
	switch n.Kind {
	case KindHTML:
		if _, ok := d.tags[n.Line]; ok {
			d.fault(line, "leave an empty line before it", "a block or a tag is inside a list or a quote")
			return
		}
		hint = "write Markdown; layout belongs to _layout, or to a message in MJML"
	case KindCode:
		hint = "begin lines without blanks, and write words without backticks"
	case KindImage:
		hint = "leave an empty line before and after it"
		d.fault(line, hint, "an image stands on a line of its own, outside lists and quotes")
		return
	}
	d.fault(line, hint, "a message cannot have this here: %s", n.Kind)
}

// partial appends a partial of the layout, in which the slot is filled.
func (d *document) partial(name, slot string, content source, line int) {
	r := d.reader
	r.slots = nil
	if slot != "" {
		r.slots = map[string]source{slot: content}
	}
	d.html.appendPart(r.fill(d.folder, name))
	d.html.append("\n", d.file, line)
}

func (d *document) heading(n Node, line int) {
	w := d.words(n)
	inner := source{}
	inner.append(w.html, d.file, line)
	switch n.Level {
	case 1:
		if d.titles++; d.titles > 1 {
			d.fault(line, "write ## instead", "a second heading of level 1")
		}
		if len(d.open) > 0 {
			d.fault(line, "put it before {% "+d.open[0].name+" %}", "the heading of level 1 depends on a condition")
		}
		d.partial("title.mjml", "title", inner, line)
	case 2:
		d.partial("heading.mjml", "heading", inner, line)
	case 3:
		d.html.append("<mj-text css-class=\"words\" padding=\"0 0 6px\"><h3 style=\"margin:0;font-size:16px;line-height:1.4;font-weight:600\">"+w.html+"</h3></mj-text>\n", d.file, line)
	default:
		d.fault(line, "use #, ## and ###", "a heading of level %d", n.Level)
	}
	d.text.append(w.text+"\n\n", d.file, line)
}

// flow appends the blocks inside an item or a quote to the HTML, and returns the
// lines of their text.
func (d *document) flow(nodes []Node) (lines []string) {
	for i, n := range nodes {
		line := d.offset + n.Line
		switch n.Kind {
		case KindParagraph:
			if image, _, ok := pictureOf(n); ok {
				d.refuse(image)
				continue
			}
			w := d.words(n)
			space := "0 0 8px"
			if i == len(nodes)-1 {
				space = "0"
			}
			if len(nodes) == 1 {
				d.html.append(w.html, d.file, line)
			} else {
				d.html.append("<p style=\"margin:"+space+"\">"+w.html+"</p>\n", d.file, line)
			}
			lines = append(lines, strings.Split(w.text, "\n")...)
		case KindList, KindNumbered:
			lines = append(lines, d.list(n)...)
		default:
			d.refuse(n)
		}
	}
	return lines
}

// list appends a list to the HTML, and returns the lines of its text.
func (d *document) list(n Node) (lines []string) {
	name, attributes := "ul", ""
	if n.Kind == KindNumbered {
		name = "ol"
		if n.Level != 1 {
			attributes = fmt.Sprintf(" start=\"%d\"", n.Level)
		}
	}
	d.html.append("<"+name+attributes+" style=\"margin:0;padding:0 24px\">\n", d.file, d.offset+n.Line)
	for i, item := range n.Children {
		d.html.append("<li style=\"margin:0 0 6px\">", d.file, d.offset+item.Line)
		text := d.flow(item.Children)
		d.html.append("</li>\n", d.file, d.offset+item.Line)
		sign := "* "
		if n.Kind == KindNumbered {
			sign = strconv.Itoa(n.Level+i) + ". "
		}
		lines = append(lines, sign+strings.Join(text, "\n"+strings.Repeat(" ", len(sign))))
	}
	d.html.append("</"+name+">\n", d.file, d.offset+n.Line)
	return lines
}

// pictureOf returns the image of a paragraph that has nothing else, and the
// address that it links to, or "".
func pictureOf(n Node) (image Node, address string, ok bool) {
	only := func(n Node) bool { return len(n.Children) == 1 }
	switch {
	case only(n) && n.Children[0].Kind == KindImage:
		return n.Children[0], "", true
	case only(n) && n.Children[0].Kind == KindLink && only(n.Children[0]) && n.Children[0].Children[0].Kind == KindImage:
		return n.Children[0].Children[0], n.Children[0].Address, true
	}
	return Node{}, "", false
}

// picture appends an image.
func (d *document) picture(image Node, href string) {
	line := d.offset + image.Line
	alt := d.words(image)
	if strings.TrimSpace(alt.text) == "" {
		d.fault(line, "write it: ![what the picture shows](address)", "an image without a description")
	}
	if strings.ContainsAny(alt.html, "<\n") {
		d.fault(line, "write plain words", "the description of an image has a link, a line break or bold text")
		return
	}
	address, _, ok := d.address(image)
	if !ok {
		return
	}
	tag := func(href string) string {
		return `<mj-image src="` + html.EscapeString(address) + `" width="{{ brand.width }}px" alt="` + strings.ReplaceAll(alt.html, `"`, "'") + `"` + href + ` padding="0 0 16px" border-radius="10px" css-class="muted" />`
	}
	if href == "" {
		d.put(tag(""), "["+alt.text+"]\n", line)
		return
	}
	target, variable, ok := d.address(Node{Kind: KindLink, Line: image.Line, Address: href})
	switch {
	case !ok:
	case variable != "":
		there := ifThere(variable)
		d.put("<mj-raw>"+there+"</mj-raw>"+tag(` href="`+target+`"`)+"<mj-raw>{% else %}</mj-raw>"+tag("")+"<mj-raw>{% endif %}</mj-raw>",
			"["+alt.text+"]"+there+": "+target+"{% endif %}\n", line)
	default:
		d.put(tag(` href="`+html.EscapeString(target)+`"`), "["+alt.text+"]: "+target+"\n", line)
	}
}

// checkSame reports what this language prints and the other does not, and the
// reverse. A fault is in the file that lacks it.
func (d *document) checkSame(other *document) {
	if other == nil || other == d {
		return
	}
	for _, pair := range [][2]*document{{d, other}, {other, d}} {
		lacking, has := pair[0], pair[1]
		for _, what := range slices.Sorted(maps.Keys(has.prints)) {
			if _, ok := lacking.prints[what]; !ok {
				lacking.fault(0, "write the same in every language", "the text has no %s, but %s:%d has", what, path.Base(has.file), has.prints[what])
			}
		}
	}
}
