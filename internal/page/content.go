package page

import (
	"fmt"
	"strconv"
)

// A content is the drawing commands of one page. PDF counts y from the lower
// edge of the page.
type content struct {
	pdf             *pdf
	height          float64
	b               []byte
	filled, stroked string // colours in force
}

func (c *content) printf(format string, args ...any) {
	c.b = fmt.Appendf(c.b, format, args...)
}

// fillGray and strokeGray set a colour if it is not the one in force.
func (c *content) fillGray(gray float64) { c.color(&c.filled, "g", gray) }

func (c *content) strokeGray(gray float64) { c.color(&c.stroked, "G", gray) }

func (c *content) color(now *string, operator string, gray float64) {
	if want := number(gray); want != *now {
		c.printf("%s %s\n", want, operator)
		*now = want
	}
}

func (c *content) draw(m *mark) {
	switch m.kind {
	case KindText:
		c.text(m)
	case KindLine:
		c.strokeGray(m.gray)
		c.printf("%s w %s %s m %s %s l S\n", number(m.width), number(m.x), c.y(m.y), number(m.x+m.w), c.y(m.y+m.h))
	case KindFill:
		c.fillGray(m.gray)
		c.printf("%s %s %s %s re f\n", number(m.x), c.y(m.y+m.h), number(m.w), number(m.h))
	case KindFrame:
		c.strokeGray(m.gray)
		t := min(m.width, m.w/2, m.h/2)
		c.printf("%s w %s %s %s %s re S\n", number(t), number(m.x+t/2), c.y(m.y+m.h-t/2), number(m.w-t), number(m.h-t))
	case KindModules:
		c.modules(m)
	case KindJPEG:
		c.printf("q %s 0 0 %s %s %s cm /J%d Do Q\n", number(m.w), number(m.h), number(m.x), c.y(m.y+m.h), c.pdf.image(m.picture))
	}
}

func (c *content) y(y float64) string { return number(c.height - y) }

// modules draws all dark modules with one fill, so that no viewer leaves white
// lines between them. In the path a module is 1 by 1 and y grows downwards.
func (c *content) modules(m *mark) {
	if len(m.runs) == 0 {
		return
	}
	c.fillGray(0)
	c.printf("q %s 0 0 %s %s %s cm\n", precise(m.width), precise(-m.width), precise(m.x), precise(c.height-m.y))
	for _, r := range m.runs {
		for _, v := range [...]int{r.col, r.row, r.n} {
			c.b = append(strconv.AppendInt(c.b, int64(v), 10), ' ')
		}
		c.b = append(c.b, "1 re\n"...)
	}
	c.printf("f Q\n")
}

// text writes a text, font by font.
func (c *content) text(m *mark) {
	var now *subset
	x := m.x
	for _, g := range shape(m.face, m.text) {
		s, cid := c.pdf.code(&g)
		if s != now {
			if now == nil {
				c.fillGray(m.gray)
				c.printf("BT\n")
			} else {
				c.printf("> Tj\n")
			}
			c.printf("/F%d %s Tf 1 0 0 1 %s %s Tm <", s.number, number(m.size), number(x), c.y(m.y))
			now = s
		}
		c.printf("%04X", cid)
		x += g.advance * m.size
	}
	if now != nil {
		c.printf("> Tj ET\n")
	}
}
