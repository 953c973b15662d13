# SPDX-License-Identifier: MIT
#
# From plot.sh: work, here, panels. A call's cost as a multiple of the bare program's, with the
# quartiles, against how many blocks, threads or mappings there are.
set terminal svg size 900,320 dynamic font "sans-serif,12" background "#ffffff"
load here.'/panel.gp'

title_of(panel) = panel eq 'threads' ? 'threads' : 'live '.panel
calls_of(panel) = panel eq 'mappings' ? 'mmap or munmap' : 'malloc or free'

top = 1.5
do for [panel in panels] {
    high = real(word(of(panel, 'range'), 3))
    if (high > top) { top = high }
}

set border 3 lc rgb "#808080"
set xtics nomirror scale 0.5, 0
set ytics nomirror scale 0 font ",11"
set grid ytics lt 1 lc rgb "#e4e4e4"
set yrange [0 : top * 1.3]
set bmargin at screen 0.18
set tmargin at screen 0.82
do for [p=1:m] {
    panel = word(panels, p)
    names = of(panel, 'columns')
    colours = of(panel, 'colours')
    fewest = real(word(of(panel, 'range'), 1))
    most = real(word(of(panel, 'range'), 2))
    set lmargin at screen (p - 1.0) / m + 50.0 / 900
    set rmargin at screen (p + 0.0) / m - 20.0 / 900
    if (panel eq 'threads') {
        set logscale x 2
        set format x "%g"
        set xrange [fewest / 1.2 : most * 1.2]
    } else {
        set logscale x 10
        set format x "10^{%L}"
        set xrange [fewest / 1.6 : most * 1.6]
    }
    set label 1 title_of(panel) at graph 0.5, screen 0.05 center
    set label 2 'a call of '.calls_of(panel).', bare = 1' at graph 0, screen 0.87 left font ",11" \
        textcolor rgb "#606060"
    set arrow 1 from graph 0, first 1 to graph 1, first 1 nohead lc rgb "#404040" lw 1 back
    plot for [i=1:words(names)] file(panel, word(names, i)) using 1:2:3:4 with yerrorlines \
        lc rgb word(colours, i) lw 1.6 pt 7 ps 0.5 notitle
}
unset multiplot
