package pinpoint

import (
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var body = regexp.MustCompile(`(?is)<body[^>]*>(.*?)</body>`)

// message writes a draft of a message from a template.
func (c *conversion) message(file string, in template) error {
	name := plainName(in.TemplateName)
	defaults := map[string]string{}
	if in.DefaultSubstitutions != "" {
		if err := json.Unmarshal([]byte(in.DefaultSubstitutions), &defaults); err != nil {
			c.lost(file, 0, "DefaultSubstitutions are not an object of texts")
		}
	}
	part := func(of, text string) string {
		return Liquid(text, defaults, func(line int, what string) {
			c.lost(file, 0, fmt.Sprintf("%s of %s, line %d: %s", of, name, line, what))
		})
	}
	html := in.HtmlPart
	if inner := body.FindStringSubmatch(html); inner != nil {
		html = inner[1]
	}
	html, text, subject := part("HtmlPart", html), part("TextPart", in.TextPart), part("Subject", in.Subject)
	if strings.TrimSpace(in.TextPart) == "" {
		c.lost(file, 0, fmt.Sprintf("%s has no TextPart: write body.txt", name))
	}
	needs := ""
	if strings.Contains(html+text+subject, "picks") {
		needs = "needs: [picks]\n"
		c.picks[name] = true
	}
	strs := map[string]string{}
	subject, html = Words(subject, "subject", strs), Words(html, "html", strs)
	if text = Words(text, "text", strs); strings.TrimSpace(text) == "" {
		text = "{{ subject }}"
	}
	var english strings.Builder
	for _, key := range slices.Sorted(maps.Keys(strs)) {
		fmt.Fprintf(&english, "%s: %s\n", key, strconv.Quote(strs[key]))
	}
	c.result.Messages++
	for path, content := range map[string]string{
		"message.yaml": "# A draft from an e-mail template of Amazon Pinpoint. Read it before you publish it:\n# docs/messages.md.\nclass: promotion\nlanguages: [en]\n" + needs + "subject: " + strconv.Quote(subject) + "\n",
		"en.yaml":      "# Join the parts of a sentence, before it is translated.\n" + english.String(),
		"body.txt":     text + "\n\n{% include \"footer-promotion.txt\" %}\n",
		"body.mjml": "<mjml lang=\"{{ language }}\" dir=\"{{ direction }}\">\n  <mj-head>\n    {% include \"head.mjml\" %}\n  </mj-head>\n  <mj-body mj-class=\"page\" width=\"{{ brand.width }}px\">\n" +
			"    {% include \"top.mjml\" %}\n    <mj-wrapper padding=\"0 12px\">\n      <mj-section mj-class=\"card\">\n        <mj-column>\n          <mj-text>\n" + html + "\n          </mj-text>\n" +
			"        </mj-column>\n      </mj-section>\n    </mj-wrapper>\n    {% include \"footer-promotion.mjml\" %}\n  </mj-body>\n</mjml>\n",
	} {
		if err := c.put(filepath.Join("messages", name, path), content); err != nil {
			return err
		}
	}
	return nil
}
