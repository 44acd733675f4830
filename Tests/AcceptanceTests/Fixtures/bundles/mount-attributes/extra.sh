grep -E " /[bcd](/below)? " /proc/self/mountinfo | while read -r _ _ _ _ point options _; do echo "flags $point $options"; done
