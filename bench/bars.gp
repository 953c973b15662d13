# SPDX-License-Identifier: MIT
#
# From plot.sh: work, here, panels. Bars from 1 to the ratio, with the quartiles, on a logarithmic
# axis; a panel's rows are in work/PANEL.rows, its bars in work/PANEL.COLUMN.
most = 1
thickest = 1
do for [panel in panels] {
    rows = int(system('cut -d " " -f 1 "'.work.'/'.panel.'.range"'))
    if (rows > most) { most = rows }
    n = int(system('wc -l <"'.work.'/'.panel.'.columns"'))
    if (n > thickest) { thickest = n }
}
# Rows of one height in all panels, so that a short one ends early.
top = thickest > 5 ? 78 : 60 # the legend has two lines then
height = top + 46 + most * (14 + 8 * thickest)
set terminal svg size 900,height dynamic font "sans-serif,12" background "#ffffff"
load here.'/panel.gp'

title_of(panel) = panel[1:5] eq 'calls' ? 'calls of the allocator and the kernel' : 'real programs'

set border 1 lc rgb "#808080"
set tics nomirror scale 0
set logscale x 2
set format x "%g"
set grid xtics lt 1 lc rgb "#e4e4e4"
set tmargin at screen 1 - 1.0 * top / height
set bmargin at screen 46.0 / height
set bars 0.35
set yrange [-most + 0.4 : 0.5]
set arrow 1 from 1, graph 0 to 1, graph 1 nohead lc rgb "#404040" lw 1 front
do for [p=1:m] {
    panel = word(panels, p)
    names = of(panel, 'columns')
    colours = of(panel, 'colours')
    low = real(word(of(panel, 'range'), 2))
    high = real(word(of(panel, 'range'), 3))
    span = log(high / low)
    set lmargin at screen (p - 1.0) / m + 140.0 / 900
    set rmargin at screen (p + 0.0) / m - 24.0 / 900
    set xrange [low * exp(-0.14 * span) : high * exp(0.14 * span)]
    set xtics auto font ",11"
    if (high / low > 32) { set xtics 4 }
    if (high / low < 5) { set xtics (0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.4, 1.7, 2, 2.5, 3, 4) }
    set label 1 title_of(panel) at graph 0, screen 1 - (top - 12.0) / height textcolor rgb "#202020"
    set label 2 'time (and memory), bare = 1' at graph 1, screen 12.0 / height right font ",11" \
        textcolor rgb "#606060"
    plot file(panel, 'rows') using (1):1:ytic(2) with points pt 0 ps 0 notitle, \
        for [i=1:words(names)] file(panel, word(names, i)) \
            using 3:1:($3 < 1 ? $3 : 1):($3 < 1 ? 1 : $3):($1 - $2):($1 + $2) \
            with boxxyerror lc rgb word(colours, i) notitle, \
        for [name in names] file(panel, name) using 3:1:4:5 with xerrorbars pt 0 ps 0 \
            lc rgb "#303030" lw 0.8 notitle, \
        for [name in names] file(panel, name) using 4:1:6 with labels right offset -0.3,0 \
            font ",9" textcolor rgb "#404040" notitle, \
        for [name in names] file(panel, name) using 5:1:7 with labels left offset 0.3,0 \
            font ",9" textcolor rgb "#404040" notitle
}
unset multiplot
