#!/usr/bin/env bash
# Hardens a new Debian 12/13 or Ubuntu 22.04/24.04 host, once, as root: deploy/vps/harden.sh <administrator>
# The administrator must exist, be in sudo, and have a public key: password and root log-ins end here. Changes nothing when
# one of these is missing. May be run again.
set -euo pipefail

administrator=${1:?usage: harden.sh <administrator>}
[[ $EUID -eq 0 ]] || { echo 'Run as root.' >&2; exit 1; }
home=$(getent passwd "$administrator" | cut -d: -f6) || { echo "There is no user $administrator: adduser $administrator" >&2; exit 1; }
id -nG "$administrator" | tr ' ' '\n' | grep -qx sudo || { echo "Not in sudo: adduser $administrator sudo" >&2; exit 1; }
[[ -s $home/.ssh/authorized_keys ]] || { echo "No public key: ssh-copy-id $administrator@<this host>" >&2; exit 1; }

here=$(cd "$(dirname "$0")" && pwd)
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install --yes --no-install-recommends ufw fail2ban unattended-upgrades python3-systemd chrony

# SSH: keys alone, this user alone, nothing forwarded but what an administrator's tunnel needs.
install -m 0644 "$here/sshd.conf" /etc/ssh/sshd_config.d/10-autotele.conf
echo "AllowUsers $administrator" >>/etc/ssh/sshd_config.d/10-autotele.conf
sshd -t
systemctl reload ssh

# Firewall. Ports that Docker publishes bypass ufw; the compose file publishes 80 and 443 alone, and Grafana on loopback.
ufw --force default deny incoming
ufw --force default allow outgoing
ufw limit 22/tcp
ufw allow 80/tcp
ufw allow 443/tcp
ufw allow 443/udp
ufw --force enable

install -m 0644 "$here/fail2ban.conf" /etc/fail2ban/jail.d/autotele.conf
systemctl enable --now fail2ban
systemctl restart fail2ban

install -m 0644 "$here/unattended-upgrades.conf" /etc/apt/apt.conf.d/60-autotele
install -m 0644 "$here/sysctl.conf" /etc/sysctl.d/60-autotele.conf
sysctl --quiet --load=/etc/sysctl.d/60-autotele.conf
systemctl enable --now unattended-upgrades chrony

# Docker: logs that end, containers that outlive an update of the daemon.
if [[ ! -e /etc/docker/daemon.json ]]; then
  install -d /etc/docker
  install -m 0644 "$here/docker-daemon.json" /etc/docker/daemon.json
fi
echo "Done. Before you close this session, open another one as $administrator."
