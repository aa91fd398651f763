<?php
$metadata['urn:amazon:webservices'] = [
    'entityid' => 'urn:amazon:webservices',
    'name' => ['en' => 'AWS'],
    'AssertionConsumerService' => [['Binding' => 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST', 'Location' => 'https://signin.aws.amazon.com/saml', 'index' => 1, 'isDefault' => true]],
    'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    'simplesaml.nameidattribute' => 'uid',
    'simplesaml.attributes' => true,
];
