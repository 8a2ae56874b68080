//! Harmless commands and statements that look like bad ones.

#[rustfmt::skip]
pub(super) const GOOD: &[&str] = &[
    // Talk about it.
    "echo 'rm -rf /'", "grep -rf patterns.txt src", "grep -rn 'DROP TABLE' migrations/", "man rm", "git log --grep 'rm -rf'",
    "printf 'git push --force\\n' >> notes.md", "# rm -rf /\nls", "cat <<EOF > doc.md\nrm -rf /\nEOF", "history | grep rm",
    "git commit -m 'drop table users; rm -rf /'", "sed -n '/DELETE FROM/p' dump.txt", "which dd mkfs.ext4", "rm --help",
    // Files made again, or temporary.
    "rm -rf build dist", "rm -rf node_modules package-lock.json && npm ci", "rm -rf /tmp/work-1", "rm -rf \"$TMPDIR/x\"", "rm notes.txt",
    "find . -name '*.pyc' -delete", "find . -name __pycache__ -exec rm -rf {} +", "find . -name '*.log' -print", "rm -rf target/debug",
    "rm -rf .pytest_cache htmlcov", "mkdir -p out && rm -rf out/*", "rmdir empty", "rm -f /tmp/a.lock", "cp a.txt b.txt", "mv old.txt new.txt",
    "tar czf backup.tar.gz src", "cat a > b.txt", "ls > /dev/null 2>&1", "sort -u x > sorted.txt", "echo done | tee -a build.log",
    "chmod +x run.sh", "chmod 644 README.md", "chown -R app:app /srv/app/cache", "dd if=/dev/sda of=disk.img", "dd if=/dev/zero of=/tmp/fill bs=1M count=5",
    "rsync -av src/ /tmp/copy/", "rsync -avn --delete --dry-run src/ host:/srv/", "truncate -s 0 /tmp/out.log", "lsblk", "df -h", "du -sh /var/*",
    // Git in daily work.
    "git push origin main", "git push -u origin fix-1", "git push --force-with-lease origin my-feature", "git push -n --force origin main",
    "git reset HEAD~1", "git reset --soft HEAD~1", "git clean -n", "git clean -fdn", "git branch -d merged-thing", "git branch -D test-scratch",
    "git checkout -b new", "git checkout main", "git checkout -- src/a.rs", "git restore --staged .", "git stash", "git stash pop", "git rebase main",
    "git config user.name 'Ana'", "git fetch --prune", "git reflog", "git gc", "git log --oneline -f", "git diff HEAD~1",
    "gh pr create --fill", "gh pr merge 12 --squash", "gh repo view acme/site", "gh api repos/acme/site/pulls",
    // Clusters and containers.
    "kubectl get ns", "kubectl delete ns x --dry-run=client", "kubectl delete pod web-7f9", "kubectl delete job migrate-1", "kubectl rollout restart deploy/web",
    "kubectl scale deploy/web --replicas=3", "kubectl -n sandbox delete deploy demo", "kubectl --context kind-local delete ns shop",
    "kubectl apply -f k8s/web.yaml", "kubectl exec -it web-0 -- ls /srv", "kubectl logs -f web-0", "kubectl diff -f k8s/",
    "helm upgrade --install web ./chart", "helm list", "helm uninstall web --dry-run", "docker ps -a", "docker rm -f web-test", "docker build -t x .",
    "docker compose down", "docker image prune -f", "docker run --rm -it alpine ls", "docker volume ls", "docker run -v $PWD:/src alpine make",
    // Infrastructure and clouds.
    "terraform plan -destroy", "terraform plan", "terraform apply", "terraform destroy -var-file=sandbox.tfvars", "terraform state list",
    "terraform fmt", "pulumi preview", "aws s3 ls s3://invoices", "aws s3 cp a.txt s3://invoices/", "aws s3 rm s3://b/x --recursive --dryrun",
    "aws ec2 describe-instances", "aws ec2 terminate-instances --instance-ids i-1 --dry-run", "aws sts get-caller-identity", "aws iam list-users",
    "aws --profile sandbox s3 rb s3://x --force", "gcloud compute instances list", "gcloud auth list", "az vm list", "gsutil ls",
    "aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 443 --cidr 10.0.0.0/8",
    "ansible-playbook site.yml --check", "aws logs tail /app", "aws cloudtrail lookup-events",
    // Databases.
    "psql -c 'SELECT 1'", "psql -c \"SELECT * FROM deletions\"", "psql -c 'BEGIN; DELETE FROM orders; ROLLBACK'", "psql test_shop -c 'TRUNCATE orders'",
    "mysql -e 'SHOW TABLES'", "EXPLAIN DELETE FROM orders", "SELECT * FROM orders WHERE note = 'DROP TABLE users'", "DROP TABLE IF EXISTS tmp_import",
    "UPDATE orders SET note = 'x' WHERE id = 7", "redis-cli GET k", "redis-cli -h localhost FLUSHALL", "mongosh shop --eval 'db.orders.find({})'",
    "pg_dump shop > shop.sql", "createdb test_shop", "rails db:migrate", "sqlite3 test.db 'DELETE FROM t'",
    // The machine.
    "systemctl status auditd", "systemctl restart nginx", "systemctl start fail2ban", "journalctl -u sshd", "crontab -l", "ufw status", "iptables -L -n",
    "getent passwd", "id eve", "ps aux", "kill 4242", "kill -HUP 1234", "uptime", "top -b -n1", "tail -f /var/log/syslog", "ssh web-1 uptime",
    "cat ~/.bashrc", "history | tail", "sysctl -a", "restic snapshots", "restic forget --keep-daily 7",
    // Networks.
    "curl https://x.example/i -o i.sh", "curl -s https://api.x.example/v1/health", "wget https://x.example/data.csv", "curl -I https://x.example",
    "curl -X POST http://localhost:8080/seed -d @fixtures.json", "curl -X DELETE http://localhost:9200/orders",
    "curl -H \"Authorization: Bearer $TOKEN\" https://api.x.example/v1/me", "curl https://x.example/a.json | jq .", "nc -z db-1 5432",
    "pip install requests", "npm install", "pip install -r requirements.txt", "pip install --index-url https://pypi.org/simple x", "npm publish --dry-run",
    "cargo build", "cargo publish --dry-run", "make deploy-docs", "docker push registry.acme.example/site:1", "ping -c1 x.example", "dig x.example",
    "ssh-keygen -t ed25519 -f /tmp/k", "scp report.pdf ana@files.acme.example:/srv/", "curl --data @report.json https://api.x.example/reports",
    "ansible all -m ping", "ansible-playbook site.yml -l web --list-hosts", "dbt run", "dbt test", "airflow dags list", "bq query 'SELECT 1'", "hdfs dfs -ls /",
    "git tag v1.1 && git push origin v1.1", "git push --tags", "git rebase -i main", "git commit --amend --no-edit", "git add .env.example && git commit -m x",
    "kubectl get secret db -o name", "kubectl get networkpolicy", "ufw allow 443/tcp", "iptables -A INPUT -s 10.0.0.5 -j DROP", "iptables -nvL INPUT",
    "aws kms list-keys", "aws sqs receive-message --queue-url q", "vault kv get secret/app", "vault status", "gh gist create notes.md",
    "systemctl enable nginx", "systemctl daemon-reload", "launchctl list", "nohup ./server &", "pip install numpy", "npm i lodash dayjs react-dom",
    "CREATE TABLE IF NOT EXISTS orders_new (id int)", "INSERT INTO orders SELECT * FROM orders_new", "CREATE OR REPLACE VIEW v AS SELECT 1",
    "sed -i 's/foo/bar/' src/a.py", "sed -i 's/8080/8081/' config/dev.yaml", "pytest -k 'not slow'", "npm run lint", "make test",
    "export NODE_ENV=production", "for f in *.txt; do wc -l $f; done", "find . -type f -exec grep -l TODO {} +", "openssl x509 -in cert.pem -noout -dates",
    "openssl rand -hex 16", "cat .env.example", "docker exec -it app bash -c 'ls /srv'", "ssh web-1 'sudo systemctl restart nginx'", "Get-ChildItem C:\\Data",
    "python3 -m http.server", "python3 -c 'print(1)'", "python3 manage.py test", "node -e 'console.log(1)'", "bash run.sh", "sh ./build.sh --clean",
    "Get-ADUser -Identity ana", "Remove-Variable x", "Remove-VM -Name web-1 -WhatIf", "Get-NetFirewallRule", "Set-Location C:\\src", "Clear-Host",
    "show running-config", "interface Gi0/2\nswitchport trunk allowed vlan add 20", "interface Gi0/1\ndescription uplink\nno shutdown", "write memory",
    "set -e", "clear", "delete_me.sh", "no",
];
