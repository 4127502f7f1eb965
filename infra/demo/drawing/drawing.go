// Package drawing draws the pictures of the demo's shop: one for each product,
// chosen by its title, and the shop's logo. All of them are made by this
// project: no picture of anyone else is in them. The same title gives the same
// bytes.
//
// The shapes are SVG paths, filled by golang.org/x/image/vector; letters are
// those of the Go font.
package drawing

import (
	"strings"
	"unicode"
)

// Side is the width and height of a product's picture in pixels.
const Side = 600

// pictograms are the drawings by what titles say. The first text that is in a
// title at the beginning of a word decides, so "lunch bag" comes before "bag".
var pictograms = []struct {
	texts string // separated by |
	draw  func(art)
}{
	{"cakestand|cake stand|basket cake", cakestand},
	{"fairy tale cottage", shed},
	{"toadstool led|toadstool money", bigToadstool},
	{"night light", rabbit},
	{"lights", lights},
	{"hot water bottle|hottie", hotWaterBottle},
	{"hand warmer|pocket warmer|oven glove|oven mitt|gloves", mitten},
	{"lunch box|picnic box", lunchbox},
	{"snack box|food container|round container", snackboxes},
	{"lunch bag", lunchbag},
	{"jumbo bag|jumbo storage|shoulder bag|gift bag|party bag", shopper},
	{"backpack", backpack},
	{"sign|wall art|metal sign|door hanger|personal doorsign", sign},
	{"bunting", bunting},
	{"cake cases|baking cases|petit four|cake decoration", cupcake},
	{"cake tin|biscuit tin|spice tin|knick knack|herb tin|round tin|storage tin|caddy|tea coffee sugar", tin},
	{"teacup|tea cup|saucer", teacup},
	{"teapot|tea set", teapot},
	{"enamel mug|mug warmer", mug},
	{"alarm clock", alarmClock},
	{"clock|thermometer", wallClock},
	{"plasters|first aid|cigar box|tissue box|treasure tin|easter tin|metal box|tin", plasters},
	{"paper chain|garland", chain},
	{"t light|tealight|tea light", candle},
	{"candle", candles},
	{"lantern", lantern},
	{"candleholder|lamp|torch", lantern},
	{"cookie cutter|biscuit cutter|gingerbread", gingerbread},
	{"mould|lolly maker", mould},
	{"breakfast set", bowl},
	{"baking set|rolling pin|pastry brush|measuring spoon|ladle|whisk|brush|utensil|sieve", baking},
	{"jam making|jam jar|storage jar|cookie jar|bonbon|bon bon|glass jar|sweet jar|jar", jar},
	{"scales", scales},
	{"cutlery|tongs|spoon", cutlery},
	{"apron|bib", apron},
	{"napkin|tissues|doilies|paper doily|tea towel|tablecloth|flannel|sponge|cake frill", napkins},
	{"bread bin", breadbin},
	{"cabinet|drawer|chest|organiser|wall tidy|cupboard", func(a art) {
		if a.says("knob") {
			knob(a)
			return
		}
		cabinet(a)
	}},
	{"knob", knob},
	{"frame|photo|portrait|album", frame},
	{"mirror", mirror},
	{"chalkboard|blackboard|black board|memo board|memoboard|slate|magic drawing", chalkboard},
	{"doormat|recycled acapulco|kneeling", doormat},
	{"hook|hanger|coat rack|rack|peg", hooks},
	{"cushion|filler pad|doorstop|seat pad|stool", cushion},
	{"umbrella|parasol|poncho|rain hat", umbrella},
	{"watering can", wateringCan},
	{"herb marker|plant|grow |herb garden|flowerpot|flower pot|topiary|basil", pot},
	{"trowel|garden fork|spade|secateurs|screwdriver|scissor|spirit level|puncture|opener|gaolers", trowel},
	{"birdcage|bird cage", birdcage},
	{"bird house|birdhouse|playhouse|shed|cottage|caravan|chalet", shed},
	{"pencils|crayons|pencil|chalk stick|chalk", pencils},
	{"pen |pens ", pen},
	{"ribbon|tape|twine", ribbons},
	{"gift tag|luggage tag|place setting|key ring|keyring|tags", tag},
	{"wrap|calendar", wrap},
	{"straw|strainer", beaker},
	{"notebook|note book|exercise book|notepad|shopping list|address book|book|writing set|stationery|diary|stencil|stickers", notebook},
	{"playing cards|snap cards|card game|jigsaw|ludo|snakes|bingo", cardsGame},
	{"card holder|wallet", wallet},
	{"card|invites|message|stamp", card},
	{"magnet", magnets},
	{"balloon", balloon},
	{"babushka|nesting", babushka},
	{"fairy cake|cupcake", cupcake},
	{"feltcraft|doll |princess|craft|girl amelie|nicole|fairy", doll},
	{"soft toy|owl", owl},
	{"block", blocks},
	{"dominoes|skittles|naughts|rounders|croquet|pick up sticks|marbles|donkey tail", dominoes},
	{"spinning top|skipping rope|knitting nancy|catch cup|harmonica|windmill|glider|toy|ruler|piggy", top},
	{"rocking horse", rockingHorse},
	{"stocking|sock", stocking},
	{"wreath", wreath},
	{"tree", christmasTree},
	{"bauble|glass ball|disco ball", bauble},
	{"bell", bell},
	{"cracker|advent|gift set|panettone", gift},
	{"star", bigStar},
	{"paint set|paint |canvas", pencils},
	{"picnic basket|basket|crate", basket},
	{"bucket|container", bucket},
	{"key fob", keyFob},
	{"purse|lip gloss|charms", purse},
	{"wicker|hanging heart|heart decoration|wooden heart|quilted|heart filigree|trellis|hearts decoration|heart ", hangingHeart},
	{"butterfly", butterfly},
	{"bird|dove|swallow|lovebird|feather", bird},
	{"honeycomb|fan", mobile},
	{"recipe box|sewing box|sewing kit|trinket|jewellery|keepsake|box|money bank", box},
	{"bag|shopper|gift sack|bags", shopper},
	{"beaker|tumbler|glass", beaker},
	{"paper cup|mug|cup", mug},
	{"jug", jug},
	{"plate|dish|tray|coaster", plate},
	{"bowl|popcorn|pan ", bowl},
	{"bottle|flask|dispenser|apothecary|cloche", bottle},
	{"heart", hangingHeart},
}

// Product returns the picture of the product with this title, as a PNG of
// [Side] by [Side] pixels and at most 40 KB. It takes some hundredths of a
// second.
func Product(title string) []byte {
	a := art{canvas: newCanvas(Side, Side), title: title, words: wordsOf(title)}
	a.colour()
	a.print = a.printOf()
	_, drawIt := pictogram(title)
	drawIt(a)
	return a.png()
}

// pictogram returns the drawing for a title, with the text by which it was
// chosen; gift and "" if no text fits.
func pictogram(title string) (text string, draw func(art)) {
	title = " " + strings.Join(wordsOf(title), " ") + " "
	for _, p := range pictograms {
		for text := range strings.SplitSeq(p.texts, "|") {
			if strings.Contains(title, " "+text) {
				return text, p.draw
			}
		}
	}
	return "", gift
}

func wordsOf(title string) []string {
	return strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return !unicode.IsLetter(r) })
}
