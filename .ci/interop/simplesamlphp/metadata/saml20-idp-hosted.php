<?php
// One identity provider for each address; they differ in the pages on the way.
$base = [
    'privatekey' => 'saml.key', 'certificate' => 'saml.pem', 'auth' => 'userpass',
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri', 'userid.attribute' => 'uid',
    'saml20.sign.response' => true, 'saml20.sign.assertion' => true,
];
$metadata['https://127.0.0.1/idp'] = ['host' => '__DEFAULT__'] + $base;
$metadata['https://127.0.0.2/idp'] = ['host' => '127.0.0.2', 'authproc' => [
    80 => ['class' => 'expirycheck:ExpiryDate', 'netid_attr' => 'uid', 'expirydate_attr' => 'expiry', 'warndaysbefore' => '60'],
    90 => ['class' => 'consent:Consent', 'store' => 'consent:Cookie', 'focus' => 'yes', 'checked' => false],
]] + $base;
$metadata['https://127.0.0.3/idp'] = ['host' => '127.0.0.3', 'auth' => 'chooser'] + $base;
