echo "startContainer $(grep -o '"status": *"[a-z]*"' /tmp/startContainer | tr -d ' ') $(tail -n 1 /tmp/startContainer)"
