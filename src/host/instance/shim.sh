# Runs one instance in a session of its own and says on descriptor 3 who it is, who the application is and how that ended:
#   shim PID START / main PID START / exit CODE
# Words: the marker (for process lists), the limit of open files or "-", "join" when descriptor 4 is a control group or "-",
# then the command. The agent runs a copy that is named by its content, so that an update does not change a script that sh
# is reading. It keeps no pipe to the agent: whoever started it may die. The application gets neither descriptor.

born() { # as whom
  if read -r line </proc/self/stat; then
    who=$1
    pid=${line%% *}
    # The name in parentheses may hold blanks; the start time is the 20th field behind it.
    set -- ${line##*) }
    echo "$who $pid ${20}" >&3
  else
    pid=$(sh -c 'echo $PPID')
    echo "$1 $pid $(ps -o lstart= -p "$pid")" >&3
  fi
} 2>/dev/null

# Linux weighs sessions against each other, and only within one its processes: so the session gets the priority of this one,
# or an instance that eats the processor takes as much of it as the edge. For others than root it may take several tries.
step_back() {
  [ -e /proc/self/autogroup ] && read -r line </proc/self/stat || return 0
  set -- ${line##*) }
  [ "${17}" -gt 0 ] || return 0
  echo "${17}" >/proc/self/autogroup && return
  (for _ in 1 2 3 4 5 6 7 8 9; do
    sleep 0.2
    echo "${17}" >/proc/self/autogroup && exit
  done) 3>&- 4>&- &
} 2>/dev/null

# Caught, not ignored: the application gets the default back. The shim has to outlive what it reports on.
trap : TERM INT HUP QUIT USR1 USR2
files=$2 group=$3
shift 3
born shim
step_back
if [ "$group" = join ]; then
  echo 0 >&4 || echo 'group refused' >&3
  exec 4>&-
fi
[ "$files" = - ] || ulimit -n "$files" || echo "holdfast: the limit of $files open files is refused by the system"

# In the foreground: sh starts what runs in the background deaf to SIGINT and SIGQUIT. The application's stderr joins its
# stdout; the shim's own leads nowhere, or sh would write "Killed" into the log.
(
  born main
  exec "$@" 2>&1 3>&-
)
code=$?
echo "exit $code" >&3
exit "$code"
