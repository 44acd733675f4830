<?php
/*
 * The settings of WordPress, read from the variables of the container: WORDPRESS_DB_HOST and its kin,
 * each also as NAME_FILE with the path of a file that holds the value.
 */
if (!function_exists('getenv_docker')) {
    function getenv_docker($name, $default)
    {
        $file = getenv($name . '_FILE');
        if ($file !== false && $file !== '') {
            return rtrim(file_get_contents($file), "\r\n");
        }
        $value = getenv($name);
        return $value === false ? $default : $value;
    }
}

define('DB_NAME', getenv_docker('WORDPRESS_DB_NAME', 'wordpress'));
define('DB_USER', getenv_docker('WORDPRESS_DB_USER', 'example username'));
define('DB_PASSWORD', getenv_docker('WORDPRESS_DB_PASSWORD', 'example password'));
define('DB_HOST', getenv_docker('WORDPRESS_DB_HOST', 'mysql'));
define('DB_CHARSET', getenv_docker('WORDPRESS_DB_CHARSET', 'utf8mb4'));
define('DB_COLLATE', getenv_docker('WORDPRESS_DB_COLLATE', ''));

foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $use) {
    foreach (['KEY', 'SALT'] as $kind) {
        $name = $use . '_' . $kind;
        define($name, getenv_docker('WORDPRESS_' . $name, 'put your unique phrase here'));
    }
}

$table_prefix = getenv_docker('WORDPRESS_TABLE_PREFIX', 'wp_');

define('WP_DEBUG', (bool) getenv_docker('WORDPRESS_DEBUG', ''));
define('AUTOMATIC_UPDATER_DISABLED', true);

if (isset($_SERVER['HTTP_X_FORWARDED_PROTO']) && strpos($_SERVER['HTTP_X_FORWARDED_PROTO'], 'https') !== false) {
    $_SERVER['HTTPS'] = 'on';
}

$more = getenv_docker('WORDPRESS_CONFIG_EXTRA', '');
if ($more !== '') {
    eval($more);
}

if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
