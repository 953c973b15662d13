# SPDX-License-Identifier: MIT
#
# From plot.sh: work, here, panels. What both pictures use: what plot.sh left about a panel, and a
# line at the top that names the columns, as wide as the picture: a plot of nothing.
set datafile separator "\t"
set encoding utf8
m = words(panels)
of(panel, what) = system('cat "'.work.'/'.panel.'.'.what.'"')
file(panel, column) = work.'/'.panel.'.'.column

names = of('legend', 'columns')
colours = of('legend', 'colours')
set multiplot
unset border
unset tics
set lmargin at screen 0.02
set rmargin at screen 0.98
set tmargin at screen 1
set bmargin at screen 0
set xrange [0:1]
set yrange [0:1]
set style fill solid 1.0 noborder
set key center top horizontal Left reverse maxrows 1 samplen 1.2 textcolor rgb "#202020"
plot for [i=1:words(names)] NaN with boxes lc rgb word(colours, i) title word(names, i)
unset key
set tics nomirror textcolor rgb "#202020"
