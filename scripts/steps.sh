# Numbered steps with the time that is left. Sourced by demo.sh and test.sh:
#   plan SECONDS "What it does" …    announces a step and what it takes on two cores
#   begin                            prints the header of the next planned step
#   quietly COMMAND …                runs a command; its output goes to the log, its last line to the screen
#   loudly COMMAND …                 runs a command; its output goes to both
#   finish                           ends the step
# All of them append to the file $log.

step_titles=()
step_seconds=()
step=0
run_started=$SECONDS

plan() # seconds, title
{
  step_seconds+=("$1")
  step_titles+=("$2")
}

begin()
{
  step=$((step + 1))
  step_started=$SECONDS
  say "[$step/${#step_titles[@]}] ${step_titles[step - 1]} (about $(duration "$(seconds_left)") left in all)"
}

finish()
{
  say "      $(duration $((SECONDS - step_started)))"
}

say()
{
  printf '%s\n' "$*" | tee -a "$log"
}

# What the present step and those after it still take. How long one took says little of the next: they wait
# for the network, the processor, or the clock.
seconds_left()
{
  local left=0 i
  for ((i = step - 1; i < ${#step_seconds[@]}; i++)); do
    ((left += step_seconds[i]))
  done
  left=$((left - (SECONDS - step_started)))
  echo $((left > 0 ? left : 0))
}

duration() # seconds
{
  if (($1 < 60)); then
    echo "$1 s"
  else
    printf '%d min %02d s\n' $(($1 / 60)) $(($1 % 60))
  fi
}

# An interrupt must reach the command and leave its last words on the screen: the readers ignore it.
quietly()
{
  "$@" 2>&1 </dev/null | tee -i -a "$log" | show_last_line
  return "${PIPESTATUS[0]}"
}

loudly()
{
  "$@" 2>&1 </dev/null | tee -i -a "$log"
  return "${PIPESTATUS[0]}"
}

# After a step that failed quietly.
show_end_of_log()
{
  tail -n 30 "$log" | sed 's/^/  | /'
  say "Step $step failed. All of its output is in $log."
}

# On a terminal: one line that is written over. Elsewhere: a line every half minute.
show_last_line()
{
  trap '' INT
  local line last="" shown=$SECONDS status=0 columns=0
  [[ -t 1 ]] && columns=$(tput cols 2>/dev/null || echo 80)
  while ((status == 0 || status > 128)); do
    status=0
    IFS= read -r -t 1 line || status=$?
    [[ -n $line ]] && last=${line##*$'\r'}
    local text
    text="      $(duration $((SECONDS - step_started))), $(duration "$(seconds_left)") left in all: $last"
    if ((columns)); then
      printf '\r\e[K%s' "${text:0:columns-1}"
    elif ((SECONDS - shown >= 30)); then
      printf '%s\n' "$text"
      shown=$SECONDS
    fi
  done
  ((columns)) && printf '\r\e[K'
  return 0
}
