#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the small inputs of the programs that were swept, in the current folder: the same each time.
set -eu

export LC_ALL=C GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
printf '{"a":[1,2,{"b":"c"}],"d":null,"e":1.5}\n' >in.json
printf 'name,size\npear,3\napple,12\nplum,7\n' >in.csv
for word in one two three four five six seven; do
    echo "the $word line"
done >in.txt
sed 's/three/3/; /six/d' in.txt >other.txt
diff -u in.txt other.txt >in.patch || [ $? -eq 1 ]
printf '<?xml version="1.0"?>\n<a x="1"><b>text &amp; more</b><c/></a>\n' >in.xml
printf 'local t = {}\nfor i = 1, 20 do t[i] = ("x"):rep(i) end\nprint(#table.concat(t, ","))\n' >in.lua
printf 'create table t(a integer primary key, b text);\ninsert into t(b) values(1),(2),(3);\nselect b, count(*) from t group by b order by b desc;\n' >in.sql
printf 'scale=20\n4*a(1)\n2^100\n' >in.bc
printf 'all: out\nout: in.txt\n\t@echo made $@ of $<\n' >in.mk
# shellcheck disable=SC2016 # for the shell that is swept
printf 'f() { local x="$1"; echo "${x%%%%.*}"; }\nfor i in a.b c.d; do f "$i"; done\nread -r l <in.txt\necho "$l" $((6 * 7))\n' >in.sh
touch -d '2024-01-01 UTC' in.txt other.txt
gzip -9nc in.txt >in.gz
xz -0c in.txt >in.xz
tar --owner=0 --group=0 --mtime='2024-01-01 UTC' -cf in.tar in.txt other.txt in.json
[ -e in.zip ] || zip -qX in.zip in.txt other.txt
if [ ! -d repo ]; then
    git init -q -b main repo
    cp in.txt repo/
    git -C repo add in.txt
    GIT_AUTHOR_DATE='2024-01-01T00:00:00Z' GIT_COMMITTER_DATE='2024-01-01T00:00:00Z' \
        git -C repo -c user.name=A -c user.email=a@example.org commit -qm 'first line'
fi
