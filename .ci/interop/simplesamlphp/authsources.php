<?php
// The people: user name and password, and what AWS is told of them.
$a = 'https://aws.amazon.com/SAML/Attributes/';
$role = fn($account, $name) => "arn:aws:iam::$account:role/$name,arn:aws:iam::$account:saml-provider/ssp";
$person = fn($name, $roles, $days = 20) => [
    'uid' => [$name], $a . 'Role' => $roles, $a . 'RoleSessionName' => ["$name@idp.test"], $a . 'SessionDuration' => ['3600'],
    'expiry' => [date('c', time() + $days * 86400 + 3600)],
];
$many = [];
for ($i = 0; $i < 60; $i++) {
    $many[] = $role(sprintf('%012d', 300000000000 + intdiv($i, 5)), 'Team' . ($i % 5) . '-Admin');
}
$users = [
    'exampleauth:UserPass',
    'alice:Alice-pass1' => $person('alice', [
        $role('111111111111', 'ReadOnly'), $role('111111111111', 'Admin'),
        // the provider first, and a blank after the comma
        'arn:aws:iam::222222222222:saml-provider/ssp, arn:aws:iam::222222222222:role/path/to/Deploy',
    ]),
    'bob:b&b "quoted" <pass> +%20=ü€' => $person('bob', [$role('111111111111', 'ReadOnly')]),
    'dave:Dave-pass1' => $person('dave', $many),
    'erin:Erin-pass1' => $person('erin', [$role('111111111111', 'ReadOnly')], -1),
];
$config = [
    'userpass' => $users,
    'otherpass' => $users,
    'chooser' => ['multiauth:MultiAuth', 'sources' => [
        'userpass' => ['text' => ['en' => 'Corporate directory']],
        'otherpass' => ['text' => ['en' => 'Partner directory']],
    ]],
    'admin' => ['core:AdminPassword'],
];
