#!/bin/sh
# A dated backup, then those older than KEEP_DAYS days (14 when left out) go: backup.sh PROGRAM FOLDER
# Nothing old goes unless the new one is there. The file holds keys and people's data.
set -eu
umask 077
program=$1
folder=$2
"$program" backup "$folder/contests-$(date -u +%Y%m%dT%H%M%SZ).backup"
find "$folder" -maxdepth 1 -type f -name 'contests-*.backup' -mtime "+${KEEP_DAYS:-14}" -delete
# What a run that was cut short left behind.
find "$folder" -maxdepth 1 -type f -name 'contests-*.backup.part' -mmin +720 -delete
