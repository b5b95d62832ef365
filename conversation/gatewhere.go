package conversation

import (
	"slices"
	"strings"
	"time"
)

// where is where the customer is, for all that the gate knows.
type where struct {
	country string
	region  string
	key     string // of the rule that holds there: "US-TX", "FR"
	by      string // who says so: shop, number, brand
	zones   []*time.Location
}

func (w *where) zoneNames() string {
	names := make([]string, len(w.zones))
	for i, z := range w.zones {
		names[i] = z.String()
	}
	return strings.Join(names, " ")
}

// where finds it: what the shop says outweighs what the number tells, and that
// outweighs where the brand is.
func (g *gate) where() *where {
	if g.at != nil {
		return g.at
	}
	c := &g.c.Customer
	number := g.p.Place
	if number.Country == "" {
		number = c.Place
	}
	w := &where{by: "brand", country: g.brand.Country}
	if number.Country != "" {
		w.by, w.country = "number", number.Country
	}
	if country := strings.ToUpper(c.Country); len(country) == 2 && isPlace(country) { // "France" is a word that nobody can look up
		w.by, w.country = "shop", country
		if region := strings.TrimPrefix(strings.ToUpper(c.Region), country+"-"); isPlace(country + "-" + region) {
			w.region = region
		}
	}
	if w.region == "" && number.Country == w.country {
		w.region = number.Region
	}
	w.key = w.country
	if w.region != "" {
		if key := w.country + "-" + w.region; g.gate.windows[key] != nil {
			w.key = key
		}
	}
	w.zones = g.zonesOf(w, number)
	g.at = w
	return w
}

// zonesOf are the zones in which a window has to be open: the customer's own,
// those of their number where it is a number of that place, the place's, the
// brand's.
func (g *gate) zonesOf(w *where, number Place) []*time.Location {
	c := &g.c.Customer
	if l, err := g.zone(c.Timezone); err == nil {
		return []*time.Location{l}
	}
	home := number.Country == w.country && number.Region == w.region
	if zones := g.locations(number.Zones); home && len(zones) > 0 {
		return zones
	}
	if w.region != "" {
		if zones := g.locations(g.gate.zones[w.country+"-"+w.region]); len(zones) > 0 {
			return zones
		}
	}
	if zones := g.locations(number.Zones); number.Country == w.country && len(zones) > 0 {
		return zones
	}
	if zones := g.locations(g.gate.zones[w.country]); len(zones) > 0 {
		return zones
	}
	zones := g.locations([]string{g.brand.Timezone})
	if w.country != g.brand.Country { // nobody knows: neither where the number is from nor at home is it night
		zones = append(zones, g.locations(number.Zones)...)
	}
	if len(zones) == 0 {
		zones = []*time.Location{time.UTC}
	}
	return zones
}

func (g *gate) locations(names []string) []*time.Location {
	var zones []*time.Location
	for _, name := range names {
		if l, err := g.zone(name); err == nil && !slices.Contains(zones, l) {
			zones = append(zones, l)
		}
	}
	return zones
}

// cartOf is the cart that a prompt is about, "" for none.
func (g *gate) cartOf() string {
	if cart := g.c.Customer.Cart; g.p.Cart == "" && g.p.Opens == CartDialogue && cart != nil {
		return cart.ID
	}
	return g.p.Cart
}
